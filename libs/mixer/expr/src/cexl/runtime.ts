import { Duration } from '../duration.js';
import { EvalError } from '../errors.js';
import { dnsNameEqual } from '../externs/dns-name.js';
import { emailEqual } from '../externs/email.js';
import { ipEqual } from '../externs/ip.js';
import { compareUtf8, utf8Size } from '../externs/text.js';
import { uriEqual } from '../externs/uri.js';
import { Timestamp } from '../timestamp.js';
import { int64, type StringMap, type Value } from '../value.js';
import { ValueType } from '../value-type.js';
import { conversionError } from './conversion-error.js';

type Read = Value | undefined;
type Int64 = number | bigint;

/**
 * What generated code may call; nothing else is in its scope. The readers come in two forms: the plain one throws
 * `missing` for an absent value, the `opt` one returns undefined. Both throw where the value has not the declared type.
 */
export const runtime = {
  string: (value: Read, missing: EvalError): string => (typeof value === 'string' ? value : refuse(value, ValueType.STRING, missing)),
  optString: (value: Read): string | undefined => (value === undefined || typeof value === 'string' ? value : refuse(value, ValueType.STRING)),
  int: (value: Read, missing: EvalError): Int64 => (isInt64(value) ? value : refuse(value, ValueType.INT64, missing)),
  optInt: (value: Read): Int64 | undefined => (value === undefined || isInt64(value) ? value : refuse(value, ValueType.INT64)),
  double: (value: Read, missing: EvalError): number => (typeof value === 'number' ? value : refuse(value, ValueType.DOUBLE, missing)),
  optDouble: (value: Read): number | undefined => (value === undefined || typeof value === 'number' ? value : refuse(value, ValueType.DOUBLE)),
  bool: (value: Read, missing: EvalError): boolean => (typeof value === 'boolean' ? value : refuse(value, ValueType.BOOL, missing)),
  optBool: (value: Read): boolean | undefined => (value === undefined || typeof value === 'boolean' ? value : refuse(value, ValueType.BOOL)),
  time: (value: Read, missing: EvalError): Timestamp => (value instanceof Timestamp ? value : refuse(value, ValueType.TIMESTAMP, missing)),
  optTime: (value: Read): Timestamp | undefined => (value === undefined || value instanceof Timestamp ? value : refuse(value, ValueType.TIMESTAMP)),
  duration: (value: Read, missing: EvalError): Duration => (value instanceof Duration ? value : refuse(value, ValueType.DURATION, missing)),
  optDuration: (value: Read): Duration | undefined => (value === undefined || value instanceof Duration ? value : refuse(value, ValueType.DURATION)),
  bytes: (value: Read, missing: EvalError): Uint8Array => (value instanceof Uint8Array ? value : refuse(value, ValueType.IP_ADDRESS, missing)),
  optBytes: (value: Read): Uint8Array | undefined => (value === undefined || value instanceof Uint8Array ? value : refuse(value, ValueType.IP_ADDRESS)),
  map: (value: Read, missing: EvalError): StringMap => (isStringMap(value) ? value : refuse(value, ValueType.STRING_MAP, missing)),
  optMap: (value: Read): StringMap | undefined => (value === undefined || isStringMap(value) ? value : refuse(value, ValueType.STRING_MAP)),

  sameDouble: (left: number, right: number): boolean => Object.is(left, right),
  sameIp: ipEqual,
  sameTime: (left: Timestamp, right: Timestamp): boolean => left.compare(right) === 0,
  sameDns: dnsNameEqual,
  sameEmail: emailEqual,
  sameUri: uriEqual,
  orderText: compareUtf8,
  orderTime: (left: Timestamp, right: Timestamp): number => left.compare(right),
  orderNumber: (left: Int64, right: Int64): number => (left < right ? -1 : left > right ? 1 : left == right ? 0 : Number.NaN),
  addInt,
  addDouble: (left: number, right: number): number => left + right,
  concat: (left: string, right: string): string => left + right,
  size: utf8Size,
  fail: (error: EvalError): never => {
    throw error;
  },
} as const;

export type RuntimeName = keyof typeof runtime;

function refuse(value: Read, declared: ValueType, missing?: EvalError): never {
  if (value !== undefined) throw conversionError(value, declared);
  throw missing ?? new EvalError('lookup failed');
}

function isInt64(value: Read): value is Int64 {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

function isStringMap(value: Read): value is StringMap {
  return typeof value === 'object' && 'get' in value && 'entries' in value;
}

/** Wraps at 64 bits, as Go does. */
function addInt(left: Int64, right: Int64): Int64 {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return int64(BigInt.asIntN(64, BigInt(left) + BigInt(right)));
}
