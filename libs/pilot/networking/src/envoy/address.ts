import { Address, CidrRange } from '@quartet/api/envoy/config/core/v3/address';

export function address(ip: string, port: number): Address {
  return Address.fromPartial({ socketAddress: { address: ip, portValue: port } });
}

/** A Unix socket. */
export function pipe(path: string): Address {
  return Address.fromPartial({ pipe: { path } });
}

/** `10.0.0.0/8`, or one address with its full length. */
export function cidr(text: string): CidrRange {
  const slash = text.indexOf('/');
  const ip = slash < 0 ? text : text.slice(0, slash);
  return { addressPrefix: ip, prefixLen: slash < 0 ? (ip.includes(':') ? 128 : 32) : Number(text.slice(slash + 1)) };
}
