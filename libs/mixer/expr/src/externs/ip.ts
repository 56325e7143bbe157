import { EvalError } from '../errors.js';

/**
 * `ip("1.2.3.4")`: always the 16-byte form, IPv4 mapped (::ffff:1.2.3.4). No zone, no leading zeros.
 * @throws EvalError
 */
export function ip(text: string): Uint8Array {
  const bytes = parseIp(text);
  if (!bytes) throw new EvalError(`could not convert ${text} to IP_ADDRESS`);
  return bytes;
}

/** Equal addresses, where 4 bytes equal the same address mapped into 16. */
export function ipEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length === right.length) return left.every((byte, index) => byte === right[index]);
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (short.length !== 4 || long.length !== 16) return false;
  return mappedPrefix.every((byte, index) => byte === long[index]) && short.every((byte, index) => byte === long[12 + index]);
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** 16 bytes, or undefined if the text is no address. */
export function parseIp(text: string): Uint8Array | undefined {
  if (!text.includes(':')) {
    const four = parseIpv4(text);
    return four && Uint8Array.from([...mappedPrefix, ...four]);
  }
  return parseIpv6(text);
}

function parseIpv4(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1);
  if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined;
  return parts.map(Number);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = groups(halves[1] ?? '', true);
  if (!head || !tail) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** The bytes of colon-separated groups; the last may be a dotted IPv4 address if it ends the whole text. */
function groups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    const dotted = last && index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (dotted) bytes.push(...dotted);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}

/** As Go prints an address: dotted for IPv4 and mapped IPv4, RFC 5952 for IPv6; `?` and hex for other lengths. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<nil>';
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return `?${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  if (mappedPrefix.every((byte, index) => byte === bytes[index])) return bytes.subarray(12).join('.');
  const words = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  const run = longestZeroRun(words);
  const hex = (part: number[]): string => part.map((word) => word.toString(16)).join(':');
  return run.length < 2 ? hex(words) : `${hex(words.slice(0, run.start))}::${hex(words.slice(run.start + run.length))}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
