import { Duration } from '../duration.js';
import { EvalError } from '../errors.js';
import { compareUtf8 } from '../externs/text.js';
import { Timestamp } from '../timestamp.js';
import { int64 } from '../value.js';
import { CelDouble, CelUint, typeName, type CelValue } from './values.js';

type Int = number | bigint;
export type Binary = (left: CelValue, right: CelValue) => CelValue;

const isInt = (value: CelValue): value is Int => typeof value === 'number' || typeof value === 'bigint';

/** Ints wrap at 64 bits, as Go's do. */
const wrap = (value: bigint): Int => int64(BigInt.asIntN(64, value));

interface Numeric {
  readonly int: (left: bigint, right: bigint) => bigint;
  readonly double?: (left: number, right: number) => number;
}

function numeric({ int, double }: Numeric): Binary {
  return (left, right) => {
    if (isInt(left) && isInt(right)) return wrap(int(BigInt(left), BigInt(right)));
    if (left instanceof CelUint && right instanceof CelUint) return new CelUint(BigInt.asUintN(64, int(left.value, right.value)));
    if (double && left instanceof CelDouble && right instanceof CelDouble) return new CelDouble(double(left.value, right.value));
    throw noOverload(left, right);
  };
}

function noOverload(...values: readonly CelValue[]): EvalError {
  return new EvalError(`no such overload: ${values.map(typeName).join(', ')}`);
}

function nonZero(divisor: bigint, message: string): bigint {
  if (divisor === 0n) throw new EvalError(message);
  return divisor;
}

const addNumbers = numeric({ int: (a, b) => a + b, double: (a, b) => a + b });
const subtractNumbers = numeric({ int: (a, b) => a - b, double: (a, b) => a - b });

export const multiply = numeric({ int: (a, b) => a * b, double: (a, b) => a * b });
export const divide = numeric({ int: (a, b) => a / nonZero(b, 'divide by zero'), double: (a, b) => a / b });
export const modulo = numeric({ int: (a, b) => a % nonZero(b, 'modulus by zero') });

export const add: Binary = (left, right) => {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Uint8Array.from([...left, ...right]);
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (left instanceof Duration && right instanceof Duration) return Duration.fromNanoseconds(left.toNanoseconds() + right.toNanoseconds());
  if (left instanceof Timestamp && right instanceof Duration) return shift(left, right.toNanoseconds());
  if (left instanceof Duration && right instanceof Timestamp) return shift(right, left.toNanoseconds());
  return addNumbers(left, right);
};

export const subtract: Binary = (left, right) => {
  if (left instanceof Duration && right instanceof Duration) return Duration.fromNanoseconds(left.toNanoseconds() - right.toNanoseconds());
  if (left instanceof Timestamp && right instanceof Duration) return shift(left, -right.toNanoseconds());
  if (left instanceof Timestamp && right instanceof Timestamp) return Duration.fromNanoseconds(nanosOf(left) - nanosOf(right));
  return subtractNumbers(left, right);
};

export function negate(value: CelValue): CelValue {
  if (isInt(value)) return wrap(-BigInt(value));
  if (value instanceof CelDouble) return new CelDouble(-value.value);
  if (value instanceof Duration) return Duration.fromNanoseconds(-value.toNanoseconds());
  throw noOverload(value);
}

/** Negative, zero or positive; NaN where a double is none. */
export function compare(left: CelValue, right: CelValue): number {
  if (typeof left === 'string' && typeof right === 'string') return compareUtf8(left, right);
  if (isInt(left) && isInt(right)) return left < right ? -1 : left > right ? 1 : 0;
  if (left instanceof CelDouble && right instanceof CelDouble) return left.value === right.value ? 0 : left.value - right.value;
  if (left instanceof CelUint && right instanceof CelUint) return Number(left.value > right.value) - Number(left.value < right.value);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Timestamp && right instanceof Timestamp) return left.compare(right);
  if (left instanceof Duration && right instanceof Duration) return left.compare(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  throw noOverload(left, right);
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at < 0 || at >= right.length ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? 0);
}

const second = 1_000_000_000n;

function nanosOf(time: Timestamp): bigint {
  return BigInt(time.seconds) * second + BigInt(time.nanos);
}

function shift(time: Timestamp, nanoseconds: bigint): Timestamp {
  const total = nanosOf(time) + nanoseconds;
  const nanos = ((total % second) + second) % second;
  return new Timestamp(Number((total - nanos) / second), Number(nanos));
}
