import type { Proxy } from '@quartet/model';

const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1';

/** Addresses that listeners bind when nothing else is said. */
export interface ProxyAddresses {
  readonly wildcard: string;
  readonly localhost: string;
  /** The proxy shares its host's loopback with others: each keeps to its own address of it. */
  readonly confined: boolean;
}

/** `0.0.0.0` and `127.0.0.1`, their IPv6 counterparts for a proxy without IPv4, or the proxy's own loopback address for both. */
export function proxyAddresses(proxy: Proxy): ProxyAddresses {
  const [own = ''] = proxy.ipAddresses;
  if (isLoopback(own)) return { wildcard: own, localhost: own, confined: true };
  const ipv6 = proxy.ipAddresses.every((ip) => ip.includes(':'));
  return { wildcard: ipv6 ? '::' : '0.0.0.0', localhost: ipv6 ? '::1' : '127.0.0.1', confined: false };
}
