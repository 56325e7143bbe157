export type ProxyType = 'sidecar' | 'router';
export type InterceptionMode = 'REDIRECT' | 'TPROXY' | 'NONE';

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subzone: string;
}

/** One Envoy that asks for configuration, parsed from its node. Immutable. */
export interface Proxy {
  readonly type: ProxyType;
  /** `pod.namespace` on Kubernetes. */
  readonly id: string;
  /** At least one. */
  readonly ipAddresses: readonly string[];
  /** `ns.svc.cluster.local`. */
  readonly dnsDomain: string;
  /** Namespace that scopes its configuration. */
  readonly configNamespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly interceptionMode: InterceptionMode;
  /** `X.Y.Z` without `release-`, or empty. */
  readonly istioVersion: string;
  /** Cluster id of the registry that knows it, or empty. */
  readonly clusterId: string;
  readonly network: string;
  readonly locality: Locality;
  /** Raw node metadata: EnvoyFilter matches on it, and the policy.istio.io annotations stand in it. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What an xDS node carries, whatever its protocol version. */
export interface ProxyNode {
  readonly id: string;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly locality?: { readonly region?: string; readonly zone?: string; readonly subZone?: string } | undefined;
}

export class InvalidNodeError extends Error {
  override readonly name = 'InvalidNodeError';
}

/**
 * Node id `type~ip~id~dnsDomain` and metadata to a Proxy.
 * @throws InvalidNodeError that says which part is wrong (Istio ends the stream then).
 */
export function parseProxy(node: ProxyNode): Proxy {
  const metadata = node.metadata ?? {};
  const parts = node.id.split('~');
  const [type, ip, id, dnsDomain] = parts;
  if (parts.length !== 4 || ip === undefined || id === undefined || dnsDomain === undefined) {
    throw new InvalidNodeError(`node id "${node.id}": want 4 parts separated by "~", have ${parts.length}`);
  }
  if (type !== 'sidecar' && type !== 'router') throw new InvalidNodeError(`node id "${node.id}": type "${type ?? ''}" is neither sidecar nor router`);
  const ipAddresses = instanceIps(metadata) ?? (isIp(ip) ? [ip] : []);
  if (ipAddresses.length === 0) throw new InvalidNodeError(`node id "${node.id}": no valid IP address, neither in the id nor in INSTANCE_IPS`);
  const mode = text(metadata, 'INTERCEPTION_MODE');
  return Object.freeze({
    type, id, ipAddresses, dnsDomain, metadata,
    configNamespace: text(metadata, 'CONFIG_NAMESPACE') || firstLabel(dnsDomain),
    labels: stringMap(metadata.LABELS),
    interceptionMode: mode === 'NONE' || mode === 'TPROXY' ? mode : 'REDIRECT',
    istioVersion: text(metadata, 'ISTIO_VERSION').replace(/^release-/, ''),
    clusterId: text(metadata, 'CLUSTER_ID'),
    network: text(metadata, 'NETWORK'),
    locality: { region: node.locality?.region ?? '', zone: node.locality?.zone ?? '', subzone: node.locality?.subZone ?? '' },
  });
}

function instanceIps(metadata: Readonly<Record<string, unknown>>): string[] | undefined {
  const list = text(metadata, 'INSTANCE_IPS').split(',').map((ip) => ip.trim()).filter((ip) => ip !== '');
  return list.length > 0 && list.every(isIp) ? list : undefined;
}

/** The first label of a DNS domain that has at least two. */
function firstLabel(domain: string): string {
  const dot = domain.indexOf('.');
  return dot > 0 ? domain.slice(0, dot) : '';
}

function text(metadata: Readonly<Record<string, unknown>>, key: string): string {
  const value = metadata[key];
  return typeof value === 'string' ? value : '';
}

function stringMap(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

const ipv4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** A literal IPv4 or IPv6 address (not a CIDR). */
export function isIp(address: string): boolean {
  return ipv4.test(address) || isIpv6(address);
}

export function isIpv6(address: string): boolean {
  if (!/^[0-9a-fA-F:.]+$/.test(address) || !address.includes(':') || address.includes(':::')) return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = address.split(':').filter((group) => group !== '');
  const last = groups.at(-1) ?? '';
  const embedded = last.includes('.');
  if (embedded && !ipv4.test(last)) return false;
  const count = groups.length + (embedded ? 1 : 0);
  const hex = embedded ? groups.slice(0, -1) : groups;
  return hex.every((group) => group.length <= 4 && !group.includes('.')) && (halves.length === 2 ? count < 8 : count === 8);
}
