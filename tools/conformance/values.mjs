// The tagged values of the tables, `{ "t": T, "v": V }`, as the expression library represents them, and back to text.
import { isDeepStrictEqual } from 'node:util';
import { Duration, formatIp, int64, parseIp, Timestamp } from '@quartet/mixer-expr';

const decoders = {
  int64: (value) => int64(typeof value === 'string' ? BigInt(value) : value),
  string: (value) => value,
  bool: (value) => value,
  double: (value) => Number(value),
  time: (value) => Timestamp.parse(value),
  duration: (value) => Duration.parse(value),
  ip: (value, { len }) => (len === 4 ? parseIp(value).subarray(12) : parseIp(value)),
  bytes: (value) => new Uint8Array(Buffer.from(value, 'base64')),
  stringmap: (value) => new Map(Object.entries(value)),
  celmap: (value) => new Map(Object.entries(value)),
};

export function decodeValue(tagged) {
  const decode = decoders[tagged.t];
  // `go-int`, a type that no attribute has, stands where a string is declared: any other form will do.
  return decode ? decode(tagged.v, tagged) : tagged.v;
}

/** Throws unless `actual` is the tagged value. Byte lengths of addresses count, order of map keys does not. */
export function assertValue(actual, tagged) {
  const expected = decodeValue(tagged);
  const plain = (value) => (isMap(value) ? Object.fromEntries([...value.entries()].toSorted()) : value instanceof Uint8Array ? new Uint8Array(value) : value);
  if (!isDeepStrictEqual(plain(actual), plain(expected))) throw new Error(`got ${show(actual)}, expected ${show(expected)}`);
}

function isMap(value) {
  return typeof value === 'object' && value !== null && typeof value.entries === 'function' && !(value instanceof Uint8Array);
}

export function show(value) {
  if (value instanceof Uint8Array) return `${formatIp(value)} (${value.length} bytes)`;
  if (isMap(value)) return JSON.stringify(Object.fromEntries(value.entries()));
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
