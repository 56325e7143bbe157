import { isIp, type Proxy } from '@quartet/model';

const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1';

/** An address, or one with a prefix length. */
export function isCidr(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return isIp(text);
  const ip = text.slice(0, slash);
  const bits = text.slice(slash + 1);
  return isIp(ip) && /^\d{1,3}$/.test(bits) && Number(bits) <= (ip.includes(':') ? 128 : 32);
}

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
