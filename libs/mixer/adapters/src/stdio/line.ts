import { doubleText, Duration, ipText, microsecondText, Timestamp, ValueType, type Dimensions, type InferredType, type Value } from '@quartet/mixer-adapter-sdk';
import type { StdioLevel } from './params.js';

export interface LineEntry {
  readonly level: StdioLevel;
  readonly time: Timestamp;
  readonly instance: string;
  readonly fields: readonly (readonly [name: string, value: Value | undefined])[];
}

const levelNames: Readonly<Record<StdioLevel, string>> = { INFO: 'info', WARNING: 'warn', ERROR: 'error' };

/** A time that is not set, as Go writes it. */
export const zeroTime = new Timestamp(-62135596800);

/** One line of JSON: level, time, instance, then the fields. */
export function jsonLine(entry: LineEntry): string {
  const head = `{"level":"${levelNames[entry.level]}","time":"${microsecondText(entry.time)}","instance":${JSON.stringify(entry.instance)}`;
  let line = head;
  for (const [name, value] of entry.fields) line += `,${JSON.stringify(name)}:${valueText(value)}`;
  return `${line}}\n`;
}

/** zap's console form: tabs between time, level and instance, then the fields as an object with spaces. */
export function consoleLine(entry: LineEntry): string {
  const fields = entry.fields.map(([name, value]) => `${JSON.stringify(name)}: ${valueText(value)}`);
  return `${microsecondText(entry.time)}\t${levelNames[entry.level]}\t${entry.instance}\t{${fields.join(', ')}}\n`;
}

/** The fields sorted by name; addresses (by their declared type) as text, other bytes as they are. */
export function sortedFields(dimensions: Dimensions, types: InferredType[string]): [string, Value | undefined][] {
  const isAddress = (name: string) => typeof types === 'object' && types[name] === ValueType.IP_ADDRESS;
  return Object.keys(dimensions)
    .sort()
    .map((name) => {
      const value = dimensions[name];
      return [name, value instanceof Uint8Array && isAddress(name) ? ipText(value) : value];
    });
}

function valueText(value: Value | undefined): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? doubleText(value) : JSON.stringify(doubleText(value));
  if (value === undefined) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Timestamp) return JSON.stringify(microsecondText(value));
  if (value instanceof Duration) return JSON.stringify(value.toString());
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  return JSON.stringify(Object.fromEntries([...value.entries()].sort(([a], [b]) => (a < b ? -1 : 1))));
}
