export { ValueType, valueTypeByName, valueTypeName, type ValueTypeName } from './value-type.js';
export { int64, type StringMap, type Value } from './value.js';
export { Timestamp } from './timestamp.js';
export { Duration } from './duration.js';
export { EvalError, ExprError } from './errors.js';
export type { AttributeSource } from './attribute-source.js';
export type { CompiledExpression, ExprEnv, FunctionSpec, Language } from './expression.js';
export { compileExpression } from './compile.js';
