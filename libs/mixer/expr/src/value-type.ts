/**
 * The types of attribute and expression values: `istio.policy.v1beta1.ValueType` by number and name.
 * Source: policy/v1beta1/value_type.proto (API 1.4).
 */
export const ValueType = {
  VALUE_TYPE_UNSPECIFIED: 0,
  STRING: 1,
  INT64: 2,
  DOUBLE: 3,
  BOOL: 4,
  TIMESTAMP: 5,
  IP_ADDRESS: 6,
  EMAIL_ADDRESS: 7,
  URI: 8,
  DNS_NAME: 9,
  DURATION: 10,
  STRING_MAP: 11,
} as const;

export type ValueType = (typeof ValueType)[keyof typeof ValueType];
export type ValueTypeName = keyof typeof ValueType;

const names = Object.fromEntries(Object.entries(ValueType).map(([name, number]) => [number, name])) as Record<ValueType, ValueTypeName>;

/** `STRING` for 1, and so on: the names that Istio's messages and manifests use. */
export function valueTypeName(type: ValueType): ValueTypeName {
  return names[type];
}

/** The type that a manifest names, in its own spelling (`INT64`); undefined for any other text. */
export function valueTypeByName(name: string): ValueType | undefined {
  return Object.hasOwn(ValueType, name) ? ValueType[name as ValueTypeName] : undefined;
}
