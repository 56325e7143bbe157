import type { AttributeSource } from '../attribute-source.js';
import { EvalError } from '../errors.js';
import { Duration } from '../duration.js';
import { dnsNameEqual } from '../externs/dns-name.js';
import { emailEqual } from '../externs/email.js';
import { ipEqual } from '../externs/ip.js';
import { uriEqual } from '../externs/uri.js';
import { Timestamp } from '../timestamp.js';
import type { StringMap } from '../value.js';
import { ValueType, valueTypeName } from '../value-type.js';
import type { AttributeNode } from './attribute-tree.js';
import { formatType, type CelType } from './types.js';

/**
 * A CEL value while it is computed. Ints are as INT64 outside; doubles and uints have classes, so that every value
 * tells its type.
 */
export type CelValue =
  | boolean
  | number
  | bigint
  | string
  | null
  | CelDouble
  | CelUint
  | Uint8Array
  | Timestamp
  | Duration
  | readonly CelValue[]
  | CelMap
  | AttributeMap
  | Wrapped
  | Message
  | TypeValue;

export class CelDouble {
  constructor(readonly value: number) {}
}

export class CelUint {
  constructor(readonly value: bigint) {}
}

/** A map that an expression makes. Keys of one type; ints and uints of one value are one key. */
export class CelMap {
  private readonly entries: ReadonlyMap<string, readonly [CelValue, CelValue]>;

  constructor(entries: readonly (readonly [CelValue, CelValue])[]) {
    this.entries = new Map(entries.map((entry) => [keyText(entry[0]), entry]));
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: CelValue): CelValue | undefined {
    return this.entries.get(keyText(key))?.[1];
  }

  keys(): CelValue[] {
    return [...this.entries.values()].map(([key]) => key);
  }
}

function keyText(key: CelValue): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'number' || typeof key === 'bigint') return `i${key}`;
  if (key instanceof CelUint) return `i${key.value}`;
  if (typeof key === 'boolean') return `b${key}`;
  throw new EvalError('unsupported key type');
}

/** An attribute that is a string map: it can be looked into, and nothing else. */
export class AttributeMap {
  constructor(readonly value: StringMap) {}
}

/** IP_ADDRESS, EMAIL_ADDRESS, URI and DNS_NAME: values that only compare. */
export class Wrapped {
  constructor(
    readonly type: ValueType,
    readonly value: string | Uint8Array,
  ) {}
}

/** `a.b` of the attribute `a.b.c`. */
export class Message {
  constructor(
    readonly node: AttributeNode,
    readonly bag: AttributeSource,
  ) {}
}

export class TypeValue {
  readonly name: string;
  constructor(type: CelType | string) {
    this.name = typeof type === 'string' ? type : formatType(type).replace(/\(.*$/, '');
  }
}

const comparers: Partial<Record<ValueType, (left: never, right: never) => boolean>> = {
  [ValueType.IP_ADDRESS]: ipEqual,
  [ValueType.DNS_NAME]: dnsNameEqual,
  [ValueType.EMAIL_ADDRESS]: emailEqual,
  [ValueType.URI]: uriEqual,
};

/** @throws EvalError for values that do not compare */
export function equal(left: CelValue, right: CelValue): boolean {
  if (left instanceof AttributeMap || right instanceof AttributeMap) throw new EvalError('stringmap does not support equality');
  if (left instanceof Message || right instanceof Message) throw new EvalError('attribute message does not support equality');
  if (left instanceof Wrapped) return equalWrapped(left, right);
  if (left === null || typeof left !== 'object') return left === right;
  if (left instanceof CelDouble) return right instanceof CelDouble && left.value === right.value;
  if (left instanceof CelUint) return right instanceof CelUint && left.value === right.value;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof Timestamp) return right instanceof Timestamp && left.compare(right) === 0;
  if (left instanceof Duration) return right instanceof Duration && left.compare(right) === 0;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && left.length === right.length && left.every((byte, index) => byte === right[index]);
  if (left instanceof CelMap) return right instanceof CelMap && left.size === right.size && left.keys().every((key) => equalEntry(left.get(key), right.get(key)));
  return Array.isArray(right) && left.length === right.length && left.every((item, index) => equalEntry(item, right[index]));
}

function equalEntry(left: CelValue | undefined, right: CelValue | undefined): boolean {
  return left !== undefined && right !== undefined && equal(left, right);
}

function equalWrapped(left: Wrapped, right: CelValue): boolean {
  if (!(right instanceof Wrapped)) throw new EvalError('cannot compare types');
  if (left.type !== right.type) throw new EvalError(`cannot compare ${valueTypeName(left.type)} and ${valueTypeName(right.type)}`);
  return comparers[left.type]?.(left.value as never, right.value as never) ?? false;
}

/** The name of a value's type, for `type()` and messages. */
export function typeName(value: CelValue): string {
  if (value === null) return 'null_type';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value !== 'object') return 'int';
  if (value instanceof CelDouble) return 'double';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof CelMap || value instanceof AttributeMap) return 'map';
  if (value instanceof Wrapped) return 'wrapper';
  if (value instanceof TypeValue) return 'type';
  return value instanceof Message ? `.${value.node.path}` : 'list';
}
