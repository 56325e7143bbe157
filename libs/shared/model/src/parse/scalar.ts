import { ScalarType, type DescEnum } from '@bufbuild/protobuf';
import { show, type ParseContext } from './context.js';

interface Range {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

const int32: Range = { name: 'int32', min: -(2 ** 31), max: 2 ** 31 - 1 };
const uint32: Range = { name: 'uint32', min: 0, max: 2 ** 32 - 1 };
// Generated types hold 64-bit integers in a number: what is not exact there is refused.
const int64: Range = { name: 'int64', min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
const uint64: Range = { name: 'uint64', min: 0, max: Number.MAX_SAFE_INTEGER };

const ranges: Readonly<Partial<Record<ScalarType, Range>>> = {
  [ScalarType.INT32]: int32, [ScalarType.SINT32]: int32, [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32, [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64, [ScalarType.SINT64]: int64, [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64, [ScalarType.FIXED64]: uint64,
};

/** A JSON scalar in the form that generated types hold; undefined after a problem was reported. */
export function parseScalar(type: ScalarType, value: unknown, path: string, context: ParseContext): unknown {
  switch (type) {
    case ScalarType.STRING:
      if (typeof value === 'string') return value;
      return context.error(path, `expected a string, got ${show(value)}${typeof value === 'object' ? '' : '; put it in quotes'}`);
    case ScalarType.BOOL:
      return typeof value === 'boolean' ? value : context.error(path, `expected true or false, got ${show(value)}`);
    case ScalarType.BYTES:
      return parseBytes(value, path, context);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return parseFloating(value, path, context);
    default:
      return parseInteger(type, value, path, context);
  }
}

function parseInteger(type: ScalarType, value: unknown, path: string, context: ParseContext): number | undefined {
  const range = ranges[type];
  if (range === undefined) return context.error(path, 'is of a type that has no JSON form');
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return context.error(path, `expected an integer, got ${show(value)}`);
  if (number < range.min || number > range.max) return context.error(path, `${number} is outside the range of ${range.name}`);
  // JSON has a -0, integers have none.
  return number || 0;
}

function parseFloating(value: unknown, path: string, context: ParseContext): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  return context.error(path, `expected a number, got ${show(value)}`);
}

function parseBytes(value: unknown, path: string, context: ParseContext): Uint8Array | undefined {
  const standard = typeof value === 'string' ? value.replaceAll('-', '+').replaceAll('_', '/') : '';
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(standard)) return context.error(path, `expected base64, got ${show(value)}`);
  return Buffer.from(standard, 'base64');
}

/** Enums by name or number. */
export function parseEnum(type: DescEnum, value: unknown, path: string, context: ParseContext): number | undefined {
  const found = type.values.find((candidate) => candidate.name === value || candidate.number === value);
  if (found !== undefined) return found.number;
  return context.error(path, `expected one of ${type.values.map((candidate) => candidate.name).join(', ')}, got ${show(value)}`);
}
