import type { AttributeSource } from './attribute-source.js';
import type { ValueType } from './value-type.js';
import type { Value } from './value.js';

/** A function beyond the built-in ones. Its implementation must be pure; an EvalError it throws fails the evaluation. */
export interface FunctionSpec {
  readonly name: string;
  /** Called as `target.name(...)`; the implementation then gets the target as its first argument. */
  readonly instance: boolean;
  /** VALUE_TYPE_UNSPECIFIED or absent = any type. */
  readonly targetType?: ValueType;
  /** VALUE_TYPE_UNSPECIFIED = any type, the same one for all such arguments and the result. */
  readonly argumentTypes: readonly ValueType[];
  readonly returnType: ValueType;
  readonly implementation?: (...args: readonly Value[]) => Value;
}

/**
 * The dialect of an expression (env ISTIO_LANG or annotation `policy.istio.io/lang`): CEXL (default), CEL, or COMPAT =
 * CEXL's syntax with CEL's semantics.
 */
export type Language = 'CEXL' | 'CEL' | 'COMPAT';

export interface ExprEnv {
  /** The manifest: the declared type of an attribute, undefined if there is no such attribute. */
  readonly attributes: (name: string) => ValueType | undefined;
  readonly functions?: readonly FunctionSpec[];
  /** Every attribute name; needed by CEL and COMPAT only, which resolve `a.b` member by member. */
  readonly attributeNames?: () => Iterable<string>;
  readonly language?: Language;
}

/** A checked expression, compiled to JavaScript. Immutable; may be evaluated any number of times, on any bag. */
export interface CompiledExpression {
  readonly text: string;
  readonly type: ValueType;
  /** @throws EvalError */
  eval(bag: AttributeSource): Value;
  /** As eval, for expressions of type BOOL. @throws EvalError */
  evalBoolean(bag: AttributeSource): boolean;
}
