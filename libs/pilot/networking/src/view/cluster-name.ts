/** Names of clusters; `|` separates direction, port, subset (or port name) and host. */
export interface ClusterKey {
  readonly direction: string;
  readonly port: number;
  /** Outbound: subset. Inbound: name of the service's port. */
  readonly subset: string;
  readonly hostname: string;
}

export const BLACK_HOLE = 'BlackHoleCluster';
export const PASSTHROUGH = 'PassthroughCluster';
export const INBOUND_PASSTHROUGH_V4 = 'InboundPassthroughClusterIpv4';
export const INBOUND_PASSTHROUGH_V6 = 'InboundPassthroughClusterIpv6';

export const outboundCluster = (hostname: string, port: number, subset = ''): string => `outbound|${port}|${subset}|${hostname}`;
export const inboundCluster = (hostname: string, port: number, portName: string): string => `inbound|${port}|${portName}|${hostname}`;
/** Server name that mutual TLS sends by default, and name of an SNI-DNAT cluster. */
export const sniName = (hostname: string, port: number, subset = ''): string => `outbound_.${port}_.${subset}_.${hostname}`;

export function parseClusterName(name: string): ClusterKey | undefined {
  const parts = name.startsWith('outbound_.') ? name.split('_.') : name.split('|');
  const [direction, port, subset, hostname] = parts;
  if (parts.length !== 4 || direction === undefined || port === undefined || subset === undefined || hostname === undefined) return undefined;
  return { direction, port: Number(port), subset, hostname };
}
