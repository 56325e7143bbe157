import { Duration } from '../duration.js';
import { ExprError } from '../errors.js';
import { int64 } from '../value.js';
import { ValueType } from '../value-type.js';
import type { Constant } from './ast.js';
import { quote, unquote } from '../text/quote.js';

/**
 * The constant that a literal stands for. INT64 is base 10 only; a string that reads as a Go duration is a DURATION.
 * @throws ExprError with strconv's text
 */
export function newConstant(text: string, type: ValueType): Constant {
  if (type === ValueType.INT64) return { kind: 'constant', text, type, value: parseInt64(text) };
  if (type === ValueType.DOUBLE) return { kind: 'constant', text, type, value: parseDouble(text) };
  const value = unquote(text);
  if (value === undefined) throw new ExprError('invalid syntax');
  const duration = Duration.parse(value);
  if (duration) return { kind: 'constant', text, type: ValueType.DURATION, value: duration };
  return { kind: 'constant', text, type: ValueType.STRING, value };
}

const maxInt64 = 2n ** 63n - 1n;

function parseInt64(text: string): number | bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) throw new ExprError(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  const value = BigInt(text.replace('+', ''));
  if (value > maxInt64 || value < -maxInt64 - 1n) throw new ExprError(`strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  return int64(value);
}

function parseDouble(text: string): number {
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    throw new ExprError(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ExprError(`strconv.ParseFloat: parsing ${quote(text)}: value out of range`);
  return value;
}
