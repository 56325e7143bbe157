import type { ValueType } from './values.js';

/**
 * What a field of a template holds. `value` = istio.policy.v1beta1.Value, whose type the config decides by its
 * expression; the others have the fixed type of their name (maps: string keys).
 */
export type FieldKind = 'string' | 'int64' | 'double' | 'bool' | 'ip_address' | 'timestamp' | 'duration' | 'value' | 'value_map' | 'string_map' | 'message';

/** One field of a template's InstanceMsg (or OutputMsg). */
export interface FieldSpec {
  /** The proto name: what config files and error messages say. */
  readonly name: string;
  readonly number: number;
  readonly kind: FieldKind;
  /** The property of the instance object. */
  readonly property: string;
  /** The fields of a nested message. */
  readonly fields?: readonly FieldSpec[];
}

export function field(number: number, name: string, kind: FieldKind): FieldSpec {
  return { name, number, kind, property: camelCase(name) };
}

export function messageField(number: number, name: string, fields: readonly FieldSpec[]): FieldSpec {
  return { ...field(number, name, 'message'), fields };
}

export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const fixedTypes: Partial<Record<FieldKind, ValueType>> = { string: 1, int64: 2, double: 3, bool: 4, timestamp: 5, ip_address: 6, duration: 10, string_map: 11 };

/** The type an expression for this field must have; undefined = any (value fields). */
export function requiredType(kind: FieldKind): ValueType | undefined {
  return fixedTypes[kind];
}
