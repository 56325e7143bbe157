import type { JsonObject } from './json.js';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

/** envoy.config.core.v3.Address */
export function socketAddress({ host, port }: HostPort): JsonObject {
  return { socket_address: { address: host, port_value: port } };
}

export function pipeAddress(path: string): JsonObject {
  return { pipe: { path } };
}

/** An address as text, in contrast to a name. */
export function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}
