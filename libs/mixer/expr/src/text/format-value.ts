import { Duration } from '../duration.js';
import { Timestamp } from '../timestamp.js';
import type { Value } from '../value.js';

/** A value as Go's %v shows it; only for messages. */
export function formatValue(value: Value): string {
  if (typeof value === 'number') return formatDouble(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`;
  if (value instanceof Timestamp) return `${value.toString().replace('T', ' ').replace('Z', '')} +0000 UTC`;
  if (value instanceof Duration) return value.toString();
  const entries = Array.from(value.entries()).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${item}`).join(' ')}]`;
}

/** The shortest digits; an exponent of two digits at least below 1e-4 and from 1e21. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
