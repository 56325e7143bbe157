import { ipText, ip16, parseIp } from './ip.js';
import { Duration, Timestamp, type Value } from './values.js';

/**
 * A value as text, Mixer's `adapter.Stringify`: integers decimal, doubles shortest without exponent, addresses as text,
 * times `2006-01-02T15:04:05.000000Z` in UTC, durations Go style, string maps `map[k:v ...]` sorted, undefined ''.
 */
export function stringify(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return doubleText(value);
  if (value === undefined) return '';
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return ipText(value);
  if (value instanceof Timestamp) return microsecondText(value);
  if (value instanceof Duration) return value.toString();
  return `map[${[...value.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}:${v}`).join(' ')}]`;
}

/** `2006-01-02T15:04:05.000000Z`. */
export function microsecondText(time: Timestamp): string {
  const whole = new Date(time.seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(Math.floor(time.nanos / 1000)).padStart(6, '0')}Z`;
}

/** The shortest decimal without exponent, as Go's FormatFloat(v, 'f', -1, 64). */
export function doubleText(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = String(value);
  const [mantissa = '', exponent] = text.split('e');
  if (exponent === undefined) return text;
  const digits = mantissa.replace('-', '').replace('.', '');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}

/**
 * Whether a dimension has the value that a config writes as text: the text is read as the dimension's own type.
 * Source: mixer/adapter/helpers (adapter.StringEquals).
 */
export function stringEquals(value: Value | undefined, text: string): boolean {
  if (typeof value === 'string') return value === text;
  if (typeof value === 'number') return text.trim() !== '' && Number(text) === value;
  if (typeof value === 'bigint') return /^-?\d+$/.test(text) && BigInt(text) === value;
  if (typeof value === 'boolean') return (/^(1|t|T|true|TRUE|True)$/.test(text) && value) || (/^(0|f|F|false|FALSE|False)$/.test(text) && !value);
  if (value instanceof Uint8Array) return sameAddress(value, parseIp(text));
  if (value instanceof Timestamp) return Timestamp.parse(text)?.compare(value) === 0;
  if (value instanceof Duration) return Duration.parse(text)?.compare(value) === 0;
  return false;
}

function sameAddress(a: Uint8Array, b: Uint8Array | undefined): boolean {
  const [left, right] = [ip16(a), b && ip16(b)];
  return left !== undefined && right !== undefined && left.every((byte, i) => byte === right[i]);
}
