import { labels as labelSets, isIp, type IstioEndpoint, type Port, type Proxy, type Service } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';
import type { AssignmentView, EndpointView, LocalityEndpointsView } from './cluster-view.js';
import { parseClusterName } from './cluster-name.js';
import { applyLocality } from './locality.js';
import { endpointWorkload } from './telemetry.js';
import { selectTrafficPolicy } from './traffic-policy.js';

/** Endpoints of one port of a service whose labels contain `labels`. */
export function endpointsOf(push: PushContext, target: { service: Service; port: Port }, labels?: Readonly<Record<string, string>>): readonly IstioEndpoint[] {
  const { service, port } = target;
  return push.services.snapshot
    .endpoints(service.hostname, service.attributes.namespace)
    .filter((endpoint) => endpoint.servicePortName === port.name && labelSets.selects(labels, endpoint.labels));
}

/** Grouped by locality, in order of first appearance; a group weighs the sum of its endpoints. */
export function groupByLocality(push: PushContext, endpoints: readonly IstioEndpoint[]): LocalityEndpointsView[] {
  const groups = new Map<string, EndpointView[]>();
  for (const endpoint of endpoints) {
    const view: EndpointView = {
      family: endpoint.family, address: endpoint.address, port: endpoint.endpointPort, weight: endpoint.lbWeight || 1,
      uid: endpoint.uid, network: endpoint.network, tlsMode: endpoint.tlsMode, workload: endpointWorkload(push, endpoint),
    };
    const group = groups.get(endpoint.locality);
    if (group) group.push(view);
    else groups.set(endpoint.locality, [view]);
  }
  return [...groups].map(([locality, members]) => ({ locality, priority: 0, weight: members.reduce((sum, member) => sum + member.weight, 0), endpoints: members }));
}

/** What EDS answers for a cluster; undefined if its service or port is unknown to the proxy. */
export function buildAssignment(push: PushContext, proxy: Proxy, clusterName: string): AssignmentView | undefined {
  const key = parseClusterName(clusterName);
  if (!key?.direction.startsWith('outbound')) return undefined;
  const service = visibleService(push, proxy, key.hostname);
  const port = service?.ports.find((candidate) => candidate.port === key.port);
  if (!service || !port) return undefined;
  const rule = push.destinationRules.ruleFor(proxy.configNamespace, service);
  const subset = key.subset === '' ? undefined : rule?.spec.subsets.find((candidate) => candidate.name === key.subset);
  // EDS knows addresses only; one host name would make Envoy refuse all.
  const found = endpointsOf(push, { service, port }, subset?.labels).filter(({ family, address }) => family === 'unix' || isIp(address));
  const groups = splitHorizon(push, proxy, groupByLocality(push, found));
  const outlier = [rule?.spec.trafficPolicy, subset?.trafficPolicy].some((policy) => selectTrafficPolicy(policy, port.port).outlierDetection);
  const localities = applyLocality(groups, localityOf(push, proxy), { setting: push.mesh.localityLbSetting, failover: outlier });
  return { clusterName, localities };
}

export function visibleService(push: PushContext, proxy: Proxy, hostname: string): Service | undefined {
  const scoped = proxy.type === 'sidecar' ? push.sidecarScope(proxy).services.find((service) => service.hostname === hostname) : undefined;
  return scoped ?? push.services.byHostname(hostname, proxy.configNamespace);
}

/** Locality of the proxy: of its first service instance that has one, else of its node. */
export function localityOf(push: PushContext, proxy: Proxy): string {
  const registered = push.services.snapshot.instancesAt(proxy.ipAddresses)[0]?.endpoint.locality;
  if (registered) return registered;
  const { region, zone, subzone } = proxy.locality;
  return [region, zone, subzone].join('/').replace(/\/+$/, '');
}

interface NetworkGateway {
  readonly address: string;
  readonly port: number;
}

/** Endpoints of other networks stand behind those networks' gateways; endpoints of networks without a gateway are left out. */
function splitHorizon(push: PushContext, proxy: Proxy, groups: LocalityEndpointsView[]): LocalityEndpointsView[] {
  const networks = push.networks?.networks ?? {};
  if (Object.keys(networks).length === 0) return groups;
  const gateways = new Map(Object.entries(networks).map(([name, network]) => [name, network ? gatewaysOf(push, network.gateways) : []]));
  const multiple = [...gateways.values()].reduce((product, list) => (list.length > 1 ? product * list.length : product), 1);
  return groups.map((group) => {
    const endpoints: EndpointView[] = [];
    const remote = new Map<string, number>();
    for (const endpoint of group.endpoints) {
      if (endpoint.network === proxy.network) endpoints.push({ ...endpoint, weight: multiple });
      else remote.set(endpoint.network, (remote.get(endpoint.network) ?? 0) + 1);
    }
    for (const [network, count] of remote) {
      const list = gateways.get(network) ?? [];
      for (const { address, port } of list) {
        endpoints.push({ family: 'tcp', address, port, weight: Math.floor((count * multiple) / list.length), uid: '', network, tlsMode: 'istio' });
      }
    }
    return { ...group, endpoints, weight: endpoints.reduce((sum, endpoint) => sum + endpoint.weight, 0) };
  });
}

function gatewaysOf(push: PushContext, gateways: readonly { address?: string | undefined; registryServiceName?: string | undefined; port: number }[]): NetworkGateway[] {
  return gateways.flatMap(({ address, registryServiceName, port }) => {
    if (address !== undefined) return isIp(address) ? [{ address, port }] : [];
    const service = registryServiceName === undefined ? undefined : push.services.byHostname(registryServiceName);
    return Object.values(service?.attributes.clusterExternalAddresses ?? {}).flat().map((external) => ({ address: external, port }));
  });
}
