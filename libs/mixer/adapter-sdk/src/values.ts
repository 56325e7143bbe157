/** The values that instances carry: the run-time forms of attribute and expression values, by their static type. */
export { Duration, int64, Timestamp, ValueType, valueTypeByName, valueTypeName, type StringMap, type Value, type ValueTypeName } from '@quartet/mixer-expr';
