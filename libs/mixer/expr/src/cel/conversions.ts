import { Duration } from '../duration.js';
import { EvalError } from '../errors.js';
import { timestamp } from '../externs/timestamp.js';
import { formatDouble } from '../text/format-value.js';
import { Timestamp } from '../timestamp.js';
import { int64 } from '../value.js';
import { AttributeMap, CelDouble, CelMap, CelUint, Message, typeName, TypeValue, Wrapped, type CelValue } from './values.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type Unary = (value: CelValue) => CelValue;

function refuse(value: CelValue, to: string): EvalError {
  return new EvalError(`type conversion error from '${typeName(value)}' to '${to}'`);
}

const ranged = (value: bigint, to: 'int' | 'uint'): bigint => {
  const kept = to === 'int' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  if (kept !== value) throw new EvalError(`range error converting ${value} to ${to}`);
  return value;
};

const whole = (value: number, to: 'int' | 'uint'): bigint => {
  if (!Number.isFinite(value)) throw new EvalError(`range error converting ${value} to ${to}`);
  return ranged(BigInt(Math.round(value)), to);
};

function wholeFromText(text: string, to: 'int' | 'uint'): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new EvalError(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return ranged(BigInt(text.replace('+', '')), to);
}

function toWhole(value: CelValue, to: 'int' | 'uint'): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return ranged(BigInt(value), to);
  if (value instanceof CelUint) return ranged(value.value, to);
  if (value instanceof CelDouble) return whole(value.value, to);
  if (typeof value === 'string') return wholeFromText(value, to);
  if (to === 'int' && value instanceof Timestamp) return BigInt(value.seconds);
  throw refuse(value, to);
}

function toDouble(value: CelValue): CelDouble {
  if (value instanceof CelDouble) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return new CelDouble(Number(value));
  if (value instanceof CelUint) return new CelDouble(Number(value.value));
  if (typeof value === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return new CelDouble(Number(value));
  throw refuse(value, 'double');
}

function toText(value: CelValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof CelDouble) return formatDouble(value.value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Timestamp) return value.toString();
  if (value instanceof Duration) return `${value.toSeconds()}s`;
  if (value instanceof Uint8Array) return decodeText(value);
  throw refuse(value, 'string');
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new EvalError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function toBool(value: CelValue): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1' || value === 't' || value === 'T' || value === 'TRUE' || value === 'True') return true;
  if (value === 'false' || value === '0' || value === 'f' || value === 'F' || value === 'FALSE' || value === 'False') return false;
  throw refuse(value, 'bool');
}

function toDuration(value: CelValue): Duration {
  if (value instanceof Duration) return value;
  const parsed = typeof value === 'string' ? Duration.parse(value) : undefined;
  if (!parsed) throw refuse(value, 'google.protobuf.Duration');
  return parsed;
}

function toTimestamp(value: CelValue): Timestamp {
  if (value instanceof Timestamp) return value;
  if (typeof value !== 'string') throw refuse(value, 'google.protobuf.Timestamp');
  return timestamp(value);
}

/** Characters of a text, bytes, elements or entries; attribute maps do not say. */
function size(value: CelValue): CelValue {
  if (typeof value === 'string') return Array.from(value).length;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  if (value instanceof CelMap) return value.size;
  if (value instanceof AttributeMap) throw new EvalError('size not implemented on stringmaps');
  throw refuse(value, 'size');
}

function typeOf(value: CelValue): CelValue {
  if (value instanceof AttributeMap) throw new EvalError('cannot convert stringmap to CEL types');
  if (value instanceof Wrapped) throw new EvalError('cannot convert wrapper value  to CEL types');
  if (value instanceof Message) throw new EvalError('cannot convert attribute message to CEL types');
  return new TypeValue(typeName(value));
}

export const conversions = {
  int: (value) => int64(toWhole(value, 'int')),
  uint: (value) => new CelUint(toWhole(value, 'uint')),
  double: toDouble,
  string: toText,
  bool: toBool,
  bytes: (value) => (value instanceof Uint8Array ? value : encoder.encode(toText(value))),
  duration: toDuration,
  timestamp: toTimestamp,
  dyn: (value) => value,
  type: typeOf,
  size,
} as const satisfies Record<string, Unary>;

