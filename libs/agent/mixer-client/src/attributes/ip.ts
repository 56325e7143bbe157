import { isIPv4, isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';

const cache = new LRUCache<string, Uint8Array>({ max: 4_096 });
const mappedCache = new LRUCache<string, Uint8Array>({ max: 1_024 });

/** Raw bytes of an address, 4 or 16; undefined if `text` is none. */
export function ipBytes(text: string): Uint8Array | undefined {
  let bytes = cache.get(text);
  if (bytes) return bytes;
  if (isIPv4(text)) bytes = Uint8Array.from(text.split('.'), Number);
  else if (isIPv6(text)) bytes = parseV6(text);
  if (bytes) cache.set(text, bytes);
  return bytes;
}

/** As Pilot wrote destination.ip: always 16 bytes, IPv4 mapped into IPv6. */
export function mappedIpBytes(text: string): Uint8Array | undefined {
  const known = mappedCache.get(text);
  if (known) return known;
  const bytes = ipBytes(text);
  if (bytes?.length !== 4) return bytes;
  const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes);
  mappedCache.set(text, mapped);
  return mapped;
}

function parseV6(text: string): Uint8Array {
  const [head = '', tail] = (text.split('%', 1)[0] ?? '').split('::', 2);
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const bytes = new Uint8Array(16);
  bytes.set(first, 0);
  bytes.set(last, 16 - last.length);
  return bytes;
}

/** Bytes of colon-separated groups; the last may be a dotted IPv4 address. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
