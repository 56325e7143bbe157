import { isHttp2, Resolution, type Port, type Proxy, type Service } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { mutualTlsMode } from '../push/authentication-index.js';
import { configPath, objectName } from '../push/config-list.js';
import type { DestinationRuleObject } from '../push/destination-rule-index.js';
import type { PushContext } from '../push/push-context.js';
import { applyConnectionPool, applyTrafficPolicy, istioMutual, newCluster, unlimited, type TlsDefaults } from './cluster-builder.js';
import { BLACK_HOLE, INBOUND_PASSTHROUGH_V4, INBOUND_PASSTHROUGH_V6, inboundCluster, outboundCluster, PASSTHROUGH, sniName } from './cluster-name.js';
import type { ClusterView, Discovery } from './cluster-view.js';
import { namedDestination, serviceAttributes } from './destination-service.js';
import { endpointsOf, groupByLocality, localityOf } from './endpoints.js';
import { inboundTargets, type InboundTarget } from './inbound-targets.js';
import { applyLocality } from './locality.js';
import { sniffsOutbound } from './sniffing.js';
import { selectTrafficPolicy } from './traffic-policy.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Clusters of a proxy in the order of CDS; of two with one name the first stays. */
export function buildClusterViews(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): readonly ClusterView[] {
  const clusters = new Map<string, ClusterView>();
  const add = (cluster: ClusterView) => {
    if (clusters.has(cluster.name)) diagnostics.warn('DUPLICATE_CLUSTER', { object: cluster.name }, 'a cluster of this name exists already; this one is left out');
    else clusters.set(cluster.name, cluster);
  };
  const services = proxy.type === 'sidecar' ? push.sidecarScope(proxy).services : push.services.visibleFrom(proxy.configNamespace);
  for (const service of services) for (const port of service.ports) if (port.protocol !== 'UDP') outbound(push, proxy, { service, port, diagnostics }).forEach(add);
  add({ ...newCluster(BLACK_HOLE, { direction: 'outbound', discovery: { kind: 'STATIC', localities: [] }, mesh: push.mesh }), limits: undefined, keepalive: undefined, ...named(push, BLACK_HOLE) });
  if (proxy.type === 'router') {
    if (proxy.metadata.ROUTER_MODE === 'sni-dnat') sniDnat(push, proxy, diagnostics).forEach(add);
    return [...clusters.values()];
  }
  add(passthrough(push, PASSTHROUGH, ''));
  for (const target of inboundTargets(push, proxy)) {
    // Two services may select one port of the workload: their names differ, the cluster is made once each.
    const cluster = inbound(push, proxy, target);
    if (!clusters.has(cluster.name)) add(cluster);
  }
  if (proxy.ipAddresses.some((ip) => !ip.includes(':'))) add({ ...passthrough(push, INBOUND_PASSTHROUGH_V4, '127.0.0.6'), direction: 'inbound' });
  if (proxy.ipAddresses.some((ip) => ip.includes(':'))) add({ ...passthrough(push, INBOUND_PASSTHROUGH_V6, '::6'), direction: 'inbound' });
  return [...clusters.values()];
}

function passthrough(push: PushContext, name: string, bindSource: string): ClusterView {
  return { ...newCluster(name, { direction: 'outbound', discovery: { kind: 'ORIGINAL_DST' }, mesh: push.mesh }), limits: unlimited, bindSource, ...named(push, name) };
}

/** What has no service goes by its own name in metrics. */
function named(push: PushContext, name: string): Partial<ClusterView> {
  return push.features.telemetry === 'envoy' ? { destination: namedDestination(name) } : {};
}

interface Target {
  readonly service: Service;
  readonly port: Port;
  readonly diagnostics: Diagnostics;
}

/** Default cluster and those of the subsets. */
function outbound(push: PushContext, proxy: Proxy, target: Target): ClusterView[] {
  const { service, port } = target;
  const rule = push.destinationRules.ruleFor(proxy.configNamespace, service);
  const names = ['', ...(rule?.spec.subsets.map((subset) => subset.name) ?? [])];
  return names.map((subset) => ({ ...shape(push, proxy, { ...target, rule, subset }), name: outboundCluster(service.hostname, port.port, subset) }));
}

function sniDnat(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): ClusterView[] {
  const services = push.services.visibleFrom(proxy.configNamespace).filter((service) => !service.meshExternal);
  return services.flatMap((service) =>
    service.ports.flatMap((port) => {
      const rule = push.destinationRules.ruleFor(proxy.configNamespace, service);
      return ['', ...(rule?.spec.subsets.map((subset) => subset.name) ?? [])].map((subset): ClusterView => ({
        ...shape(push, proxy, { service, port, diagnostics, rule, subset }),
        name: sniName(service.hostname, port.port, subset), tls: undefined, autoTls: undefined,
      }));
    }),
  );
}

function shape(push: PushContext, proxy: Proxy, target: Target & { rule: DestinationRuleObject | undefined; subset: string }): ClusterView {
  const { service, port, rule, subset, diagnostics } = target;
  const settings = rule?.spec.subsets.find((candidate) => candidate.name === subset);
  const name = outboundCluster(service.hostname, port.port, subset);
  const discovery = discover(push, proxy, { service, port, labels: settings?.labels });
  const cluster = newCluster(name, { direction: 'outbound', discovery, mesh: push.mesh });
  const sniffed = proxy.type === 'sidecar' && sniffsOutbound(push, port);
  cluster.protocol = sniffed ? 'downstream' : isHttp2(port.protocol) ? 'http2' : 'http1';
  cluster.service = { hostname: service.hostname, subset, port: port.port };
  if (push.features.telemetry === 'envoy') cluster.destination = serviceAttributes(service);
  cluster.statName = statName(push.mesh.outboundClusterStatName, { service, port, subset });
  cluster.config = rule ? configPath(rule, 'destination-rule') : '';
  const tls: TlsDefaults = {
    sni: sniName(service.hostname, port.port, subset),
    serviceAccounts: serviceAccounts(push, service, port),
    http2: cluster.protocol === 'http2' || sniffed,
    incomplete: () => {
      if (rule) diagnostics.error('INVALID_FIELD', { object: objectName(rule), field: 'trafficPolicy.tls' }, 'mode MUTUAL needs clientCertificate and privateKey; TLS is not applied');
    },
  };
  const levels = [rule?.spec.trafficPolicy, settings?.trafficPolicy].map((policy) => selectTrafficPolicy(policy, port.port));
  for (const policy of levels) applyTrafficPolicy(cluster, policy, { mesh: push.mesh, tls });
  if (push.mesh.enableAutoMtls && !service.meshExternal && levels.every((policy) => !policy.tls)) {
    const mode = mutualTlsMode(push.authentication.policyFor(service, port));
    if (mode !== 'DISABLE') cluster.autoTls = istioMutual({}, tls);
  }
  if (port.protocol === 'Redis' && push.features.redisFilter) cluster.loadBalancer = { kind: 'MAGLEV' };
  if (cluster.discovery.kind === 'DNS') cluster.discovery = localized(push, proxy, { ...cluster, discovery: cluster.discovery });
  return cluster;
}

function localized(push: PushContext, proxy: Proxy, cluster: ClusterView & { discovery: Extract<Discovery, { kind: 'DNS' }> }): Discovery {
  const options = { setting: push.mesh.localityLbSetting, failover: cluster.outlierDetection !== undefined };
  return { ...cluster.discovery, localities: applyLocality(cluster.discovery.localities, localityOf(push, proxy), options) };
}

function discover(push: PushContext, proxy: Proxy, target: { service: Service; port: Port; labels: Readonly<Record<string, string>> | undefined }): Discovery {
  switch (target.service.resolution) {
    case Resolution.DNSLB: {
      const requested = proxy.metadata.REQUESTED_NETWORK_VIEW;
      const networks = new Set(typeof requested === 'string' ? requested.split(',') : ['']);
      const endpoints = endpointsOf(push, target, target.labels).filter((endpoint) => networks.has(endpoint.network));
      const refreshMs = push.mesh.dnsRefreshRate ? push.mesh.dnsRefreshRate.seconds * 1000 + push.mesh.dnsRefreshRate.nanos / 1e6 : undefined;
      return { kind: 'DNS', refreshMs, respectTtl: push.features.respectDnsTtl, localities: groupByLocality(push, endpoints) };
    }
    case Resolution.Passthrough:
      return { kind: proxy.type === 'sidecar' ? 'ORIGINAL_DST' : 'EDS' };
    default:
      return { kind: 'EDS' };
  }
}

/** Identities that may answer for a port: of its endpoints and of the service itself. */
export function serviceAccounts(push: PushContext, service: Service, port: Port): readonly string[] {
  const accounts = new Set(service.serviceAccounts);
  for (const endpoint of endpointsOf(push, { service, port })) if (endpoint.serviceAccount !== '') accounts.add(endpoint.serviceAccount);
  return [...accounts].sort();
}

function inbound(push: PushContext, proxy: Proxy, target: InboundTarget): ClusterView {
  const { service, port } = target;
  const name = inboundCluster(service.hostname, port.port, port.name);
  const endpoint = { ...target.endpoint, weight: 0, uid: '', network: '', tlsMode: '' };
  const discovery: Discovery = { kind: 'STATIC', localities: [{ locality: '', priority: 0, weight: undefined, endpoints: [endpoint] }] };
  const cluster: Mutable<ClusterView> = newCluster(name, { direction: 'inbound', discovery, mesh: push.mesh });
  cluster.protocol = isHttp2(port.protocol) ? 'http2' : 'http1';
  if (target.managed) return cluster;
  const rule = push.destinationRules.ruleFor(proxy.configNamespace, service);
  cluster.statName = statName(push.mesh.inboundClusterStatName, { service, port, subset: '' });
  cluster.service = { hostname: service.hostname, subset: '', port: port.port };
  if (rule?.spec.trafficPolicy) {
    cluster.config = configPath(rule, 'destination-rule');
    applyConnectionPool(cluster, selectTrafficPolicy(rule.spec.trafficPolicy, port.port).connectionPool, push.mesh);
  }
  return cluster;
}

function statName(pattern: string, target: { service: Service; port: Port; subset: string }): string {
  if (pattern === '') return '';
  const { service, port, subset } = target;
  const short = service.attributes.serviceRegistry === 'Kubernetes' ? `${service.attributes.name}.${service.attributes.namespace}` : service.hostname;
  const values: Readonly<Record<string, string>> = {
    SERVICE: short, SERVICE_FQDN: service.hostname, SERVICE_PORT: String(port.port), SERVICE_PORT_NAME: port.name, SUBSET_NAME: subset,
  };
  return pattern.replace(/%([A-Z_]+)%/g, (whole, key: string) => values[key] ?? whole);
}
