import { resolve } from 'node:path';
import { buildBootstrap, instanceIps, isLoopback, nodeId, nodeMetadata, pilotSan } from '@quartet/agent-bootstrap';
import type { HostPort, JsonObject, NodeIdentity, NodeType } from '@quartet/agent-bootstrap';
import { formatSpiffeId } from '@quartet/pki';
import type { AgentOptions } from './options.js';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Addresses of the machine's interfaces that are up. */
  readonly interfaces: readonly string[];
}

/** Who the proxy is and what Envoy starts with: everything that is decided once. */
export interface ProxyPlan {
  readonly node: NodeIdentity;
  readonly nodeId: string;
  readonly namespace: string;
  /** SPIFFE id put into the CSR. */
  readonly identity: string;
  readonly bootstrap: JsonObject;
  /** Environment variables that were left out, and why. */
  readonly problems: readonly string[];
}

/** Istio whose node metadata the proxy shows to Pilot. */
const istioVersion = '1.4.10';

/** Throws with the words that are wrong; `proxy [sidecar|router]` is the only command. */
export function proxyTypeOf(words: readonly string[]): NodeType {
  const [command, type = 'sidecar', ...rest] = words;
  if (command !== 'proxy' || rest.length > 0) throw new Error(`pilot-agent: unknown command "${words.join(' ')}"; expected: proxy [sidecar|router]`);
  if (type !== 'sidecar' && type !== 'router') throw new Error(`pilot-agent proxy: invalid proxy role "${type}"; expected sidecar or router`);
  return type;
}

export function planProxy(type: NodeType, options: AgentOptions, { env, interfaces }: Surroundings): ProxyPlan {
  const namespace = env['POD_NAMESPACE'] || 'default';
  const ips = instanceIps(options.ip ?? env['INSTANCE_IP'], interfaces);
  const node: NodeIdentity = {
    type,
    ips,
    id: options.id ?? `${env['POD_NAME'] ?? ''}.${namespace}`,
    domain: options.domain ?? `${namespace}.svc.cluster.local`,
  };
  const { metadata, problems } = nodeMetadata({ env, ips, istioVersion });
  return {
    node,
    nodeId: nodeId(node),
    namespace,
    identity: formatSpiffeId({ trustDomain: options.trustDomain, namespace, serviceAccount: env['SERVICE_ACCOUNT'] || 'default' }),
    bootstrap: buildBootstrap({ ...bootstrapOptions(options, { env, namespace }), node, metadata, prometheus: prometheusAddress(options, ips) }),
    problems,
  };
}

function bootstrapOptions(options: AgentOptions, { env, namespace }: { env: Surroundings['env']; namespace: string }) {
  const { discoveryAddress: discovery, trustDomain, pilotIdentity, controlPlaneAuthPolicy } = options;
  const istioNamespace = env['ISTIO_NAMESPACE'] || 'istio-system';
  return {
    serviceCluster: options.serviceCluster,
    discovery,
    connectTimeout: `${options.connectTimeout / 1000}s`,
    dnsRefreshRate: `${options.dnsRefreshRate / 1000}s`,
    pilotSan: controlPlaneAuthPolicy === 'MUTUAL_TLS' ? pilotSan({ discovery, trustDomain, pilotIdentity, podNamespace: namespace, istioNamespace }) : undefined,
    admin: options.proxyAdminAddress,
    agentSocket: resolve(options.sdsSocket),
    zipkin: options.zipkinAddress,
  };
}

/** On a shared machine the listener stands beside the admin server instead of on all addresses. */
function prometheusAddress({ prometheusPort: port, proxyAdminAddress }: AgentOptions, ips: readonly string[]): HostPort | undefined {
  if (port === 0) return undefined;
  const [own = '127.0.0.1'] = ips;
  if (isLoopback(own)) return { host: proxyAdminAddress.host, port };
  return { host: own.includes(':') ? '::' : '0.0.0.0', port };
}
