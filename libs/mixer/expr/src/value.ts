import type { Duration } from './duration.js';
import type { Timestamp } from './timestamp.js';

/**
 * A string map as expressions see it. `Map<string, string>` is one; an attribute bag may hand out one that decodes
 * and records (name, key, EXACT or ABSENCE) only when a key is read.
 */
export interface StringMap {
  /** undefined = the key is absent, which is not the same as an empty value. */
  get(key: string): string | undefined;
  entries(): IterableIterator<[string, string]>;
}

/**
 * The run-time form of a value, by its static type:
 *
 * | type | form |
 * |---|---|
 * | STRING, EMAIL_ADDRESS, URI, DNS_NAME | string |
 * | INT64 | number when `Number.isSafeInteger`, else bigint: one form a value, so `===` compares |
 * | DOUBLE | number |
 * | BOOL | boolean |
 * | IP_ADDRESS | Uint8Array of 4 or 16 bytes |
 * | TIMESTAMP | {@link Timestamp} |
 * | DURATION | {@link Duration} |
 * | STRING_MAP | {@link StringMap} |
 */
export type Value = string | number | bigint | boolean | Uint8Array | Timestamp | Duration | StringMap;

/** The canonical INT64 form: a number when it is exact, else a bigint. */
export function int64(value: number | bigint): number | bigint {
  if (typeof value === 'number') return value;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
