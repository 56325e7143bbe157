import type { AttributeSource } from '../attribute-source.js';
import { conversionError } from '../cexl/conversion-error.js';
import { runtime } from '../cexl/runtime.js';
import { Duration } from '../duration.js';
import { EvalError } from '../errors.js';
import { Timestamp } from '../timestamp.js';
import type { StringMap, Value } from '../value.js';
import { ValueType } from '../value-type.js';
import type { AttributeNode } from './attribute-tree.js';
import { AttributeMap, CelDouble, CelMap, CelUint, Message, typeName, Wrapped, type CelValue } from './values.js';

const noEntries: StringMap = new Map();

/** What an absent attribute is in CEL: the zero of its type. */
const zeros: Readonly<Record<ValueType, CelValue>> = {
  [ValueType.VALUE_TYPE_UNSPECIFIED]: null,
  [ValueType.STRING]: '',
  [ValueType.INT64]: 0,
  [ValueType.DOUBLE]: new CelDouble(0),
  [ValueType.BOOL]: false,
  [ValueType.TIMESTAMP]: new Timestamp(0),
  [ValueType.DURATION]: new Duration(0),
  [ValueType.STRING_MAP]: new AttributeMap(noEntries),
  [ValueType.IP_ADDRESS]: new Wrapped(ValueType.IP_ADDRESS, new Uint8Array()),
  [ValueType.EMAIL_ADDRESS]: new Wrapped(ValueType.EMAIL_ADDRESS, ''),
  [ValueType.URI]: new Wrapped(ValueType.URI, ''),
  [ValueType.DNS_NAME]: new Wrapped(ValueType.DNS_NAME, ''),
};

export const emptyMap = zeros[ValueType.STRING_MAP];

/** @throws EvalError if the attribute's value is not of its declared type */
export function readMember(node: AttributeNode, bag: AttributeSource): CelValue {
  if (node.type === undefined) return new Message(node, bag);
  const value = bag.get(node.path, node.type);
  return value === undefined ? zeros[node.type] : fromAttribute(value, node.type);
}

/** Whether an attribute is in the bag; messages always are. */
export function isPresent(node: AttributeNode, bag: AttributeSource): boolean {
  return node.type === undefined || bag.get(node.path, node.type) !== undefined;
}

const unused = new EvalError('lookup failed');

function fromAttribute(value: Value, type: ValueType): CelValue {
  switch (type) {
    case ValueType.STRING:
      return runtime.string(value, unused);
    case ValueType.INT64:
      return runtime.int(value, unused);
    case ValueType.DOUBLE:
      return new CelDouble(runtime.double(value, unused));
    case ValueType.BOOL:
      return runtime.bool(value, unused);
    case ValueType.TIMESTAMP:
      return runtime.time(value, unused);
    case ValueType.DURATION:
      return runtime.duration(value, unused);
    case ValueType.STRING_MAP:
      return new AttributeMap(runtime.map(value, unused));
    case ValueType.IP_ADDRESS:
      return new Wrapped(type, runtime.bytes(value, unused));
    case ValueType.EMAIL_ADDRESS:
    case ValueType.URI:
    case ValueType.DNS_NAME:
      return new Wrapped(type, runtime.string(value, unused));
    default:
      throw conversionError(value, type);
  }
}

/** The result of an expression as the world outside knows values. @throws EvalError for those it does not know */
export function toAttribute(value: CelValue): Value {
  if (value instanceof CelDouble || value instanceof Wrapped) return value.value;
  if (value instanceof AttributeMap) return value.value;
  if (value instanceof CelMap) return stringMap(value);
  if (value instanceof Timestamp || value instanceof Duration) return value;
  if (value === null || typeof value === 'object') throw new EvalError(`failed to recover of type ${value instanceof CelUint ? 'uint' : typeName(value)}`);
  return value;
}

function stringMap(map: CelMap): StringMap {
  const entries = map.keys().map((key): [string, string] => {
    const value = map.get(key);
    if (typeof key !== 'string' || typeof value !== 'string') throw new EvalError('failed to recover of type map');
    return [key, value];
  });
  return new Map(entries);
}
