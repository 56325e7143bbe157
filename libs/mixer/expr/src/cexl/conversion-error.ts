import { EvalError } from '../errors.js';
import { formatValue } from '../text/format-value.js';
import type { Value } from '../value.js';
import { ValueType } from '../value-type.js';

/** The words of Mixer's interpreter for what it wanted; DURATION and INT64 are one there. */
const wanted: Readonly<Record<ValueType, string>> = {
  [ValueType.VALUE_TYPE_UNSPECIFIED]: 'value',
  [ValueType.STRING]: 'string',
  [ValueType.EMAIL_ADDRESS]: 'string',
  [ValueType.URI]: 'string',
  [ValueType.DNS_NAME]: 'string',
  [ValueType.INT64]: 'integer or duration',
  [ValueType.DURATION]: 'integer or duration',
  [ValueType.DOUBLE]: 'double',
  [ValueType.BOOL]: 'bool',
  [ValueType.TIMESTAMP]: 'timestamp',
  [ValueType.IP_ADDRESS]: 'IP address',
  [ValueType.STRING_MAP]: 'string map',
};

/** An attribute's value is not of the type that its manifest declares: `error converting value to string: '20'`. */
export function conversionError(value: Value, declared: ValueType): EvalError {
  return new EvalError(`error converting value to ${wanted[declared]}: '${formatValue(value)}'`);
}
