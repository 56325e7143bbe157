import { ValueType } from '../value-type.js';

/** A CEL type. `name` is a message's name for `message`, and a parameter's for `parameter`. */
export interface CelType {
  readonly kind: CelKind;
  readonly name?: string;
  /** Element of a list; key and value of a map; the type that a `type` value stands for. */
  readonly parts?: readonly CelType[];
}

type CelKind = 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null' | 'timestamp' | 'duration' | 'dyn' | 'list' | 'map' | 'message' | 'type' | 'parameter';

const plain = (kind: CelKind): CelType => ({ kind });

export const types = {
  bool: plain('bool'),
  int: plain('int'),
  uint: plain('uint'),
  double: plain('double'),
  string: plain('string'),
  bytes: plain('bytes'),
  null: plain('null'),
  timestamp: plain('timestamp'),
  duration: plain('duration'),
  dyn: plain('dyn'),
  A: { kind: 'parameter', name: 'A' },
  B: { kind: 'parameter', name: 'B' },
  list: (element: CelType): CelType => ({ kind: 'list', parts: [element] }),
  map: (key: CelType, value: CelType): CelType => ({ kind: 'map', parts: [key, value] }),
  message: (name: string): CelType => ({ kind: 'message', name }),
  typeOf: (type: CelType): CelType => ({ kind: 'type', parts: [type] }),
} as const satisfies Record<string, CelType | ((...args: never[]) => CelType)>;

const stringMap = types.map(types.string, types.string);

const ofValueType: Readonly<Record<ValueType, CelType>> = {
  [ValueType.VALUE_TYPE_UNSPECIFIED]: types.dyn,
  [ValueType.STRING]: types.string,
  [ValueType.INT64]: types.int,
  [ValueType.DOUBLE]: types.double,
  [ValueType.BOOL]: types.bool,
  [ValueType.TIMESTAMP]: types.timestamp,
  [ValueType.DURATION]: types.duration,
  [ValueType.STRING_MAP]: stringMap,
  [ValueType.IP_ADDRESS]: types.message('istio.policy.v1beta1.IPAddress'),
  [ValueType.EMAIL_ADDRESS]: types.message('istio.policy.v1beta1.EmailAddress'),
  [ValueType.URI]: types.message('istio.policy.v1beta1.Uri'),
  [ValueType.DNS_NAME]: types.message('istio.policy.v1beta1.DNSName'),
};

export function celType(type: ValueType): CelType {
  return ofValueType[type];
}

/** The attribute type that a CEL type stands for; VALUE_TYPE_UNSPECIFIED for those that attributes lack. */
export function attributeType(type: CelType): ValueType {
  const found = Object.entries(ofValueType).find(([, candidate]) => formatType(candidate) === formatType(type));
  return found && found[1].kind !== 'dyn' ? (Number(found[0]) as ValueType) : ValueType.VALUE_TYPE_UNSPECIFIED;
}

/** `map(string, int)`; messages by name. */
export function formatType({ kind, name, parts }: CelType): string {
  if (kind === 'message' || kind === 'parameter') return name ?? '';
  return parts ? `${kind}(${parts.map(formatType).join(', ')})` : kind;
}

export type Substitution = Map<string, CelType>;

/**
 * Whether a value of type `actual` may stand where `declared` is wanted; binds the parameters of `declared`. `dyn` goes
 * both ways, and an empty list's or map's elements are `dyn`.
 */
export function unify(declared: CelType, actual: CelType, bound: Substitution): boolean {
  if (declared.kind === 'parameter') {
    const name = declared.name ?? '';
    const known = bound.get(name);
    if (!known || known.kind === 'dyn') {
      bound.set(name, actual);
      return true;
    }
    return unify(known, actual, bound);
  }
  if (declared.kind === 'dyn' || actual.kind === 'dyn') return true;
  if (declared.kind !== actual.kind || declared.name !== actual.name) return false;
  return (declared.parts ?? []).every((part, index) => unify(part, actual.parts?.[index] ?? types.dyn, bound));
}

export function substitute(type: CelType, bound: Substitution): CelType {
  if (type.kind === 'parameter') return bound.get(type.name ?? '') ?? types.dyn;
  return type.parts ? { ...type, parts: type.parts.map((part) => substitute(part, bound)) } : type;
}
