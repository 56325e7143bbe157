import { ExprError } from '../errors.js';
import type { FunctionSpec } from '../expression.js';
import { ValueType, valueTypeName } from '../value-type.js';
import { printExpression, type Call, type Expression } from './ast.js';
import type { FunctionTable } from './functions.js';

export interface CheckEnv {
  readonly attributes: (name: string) => ValueType | undefined;
  readonly functions: FunctionTable;
}

export type Types = ReadonlyMap<Expression, ValueType>;

/**
 * The types of an expression and of everything in it. There are no implicit conversions: STRING and DNS_NAME differ.
 * @throws ExprError in Mixer 1.4's words
 */
export function checkTypes(expression: Expression, env: CheckEnv): Types {
  const checker = new Checker(env);
  checker.typeOf(expression);
  return checker.types;
}

class Checker {
  readonly types = new Map<Expression, ValueType>();

  constructor(private readonly env: CheckEnv) {}

  typeOf(expression: Expression): ValueType {
    const type = this.compute(expression);
    this.types.set(expression, type);
    return type;
  }

  private compute(expression: Expression): ValueType {
    if (expression.kind === 'constant') return expression.type;
    if (expression.kind === 'call') return this.call(expression);
    const type = this.env.attributes(expression.name);
    if (type === undefined) throw new ExprError(`unknown attribute ${expression.name}`);
    return type;
  }

  private call(call: Call): ValueType {
    const spec = this.env.functions.get(call.name);
    if (!spec) throw new ExprError(`unknown function: ${call.name}`);
    const targetType = this.target(call, spec);
    if (call.args.length < spec.argumentTypes.length) {
      const counts = `Got ${call.args.length} arg(s), expected ${spec.argumentTypes.length} arg(s)`;
      throw new ExprError(`${printExpression(call)} arity mismatch. ${counts}`);
    }
    const common = this.args(call, spec, targetType);
    return spec.returnType === ValueType.VALUE_TYPE_UNSPECIFIED ? common : spec.returnType;
  }

  /** The type that `any` arguments must have because the target's is `any`; unspecified if the target does not say. */
  private target(call: Call, spec: FunctionSpec): ValueType {
    if (!call.target) {
      if (spec.instance) throw new ExprError(`invoking instance method without an instance: ${call.name}`);
      return ValueType.VALUE_TYPE_UNSPECIFIED;
    }
    if (!spec.instance) throw new ExprError(`invoking regular function on instance method: ${call.name}`);
    const type = this.typeOf(call.target);
    const expected = spec.targetType ?? ValueType.VALUE_TYPE_UNSPECIFIED;
    if (expected === ValueType.VALUE_TYPE_UNSPECIFIED) return type;
    if (type !== expected) {
      throw new ExprError(`${printExpression(call)} target typeError got ${valueTypeName(type)}, expected ${valueTypeName(expected)}`);
    }
    return ValueType.VALUE_TYPE_UNSPECIFIED;
  }

  /**
   * Arguments beyond the declared ones are not an error in 1.4, where the last ones win; here they must at least have
   * types of their own. The result is the type that all `any` arguments share.
   */
  private args(call: Call, spec: FunctionSpec, targetType: ValueType): ValueType {
    let common = targetType;
    call.args.forEach((arg, index) => {
      const type = this.typeOf(arg);
      const declared = spec.argumentTypes[index];
      if (declared === undefined) return;
      const expected = declared === ValueType.VALUE_TYPE_UNSPECIFIED ? common : declared;
      if (expected === ValueType.VALUE_TYPE_UNSPECIFIED) common = type;
      else if (type !== expected) {
        const types = `typeError got ${valueTypeName(type)}, expected ${valueTypeName(expected)}`;
        throw new ExprError(`${printExpression(call)} arg ${index + 1} (${printExpression(arg)}) ${types}`);
      }
    });
    return common;
  }
}
