import { EvalError, ExprError } from '../errors.js';
import { ValueType, valueTypeName } from '../value-type.js';
import type { Call, Constant, Expression, Variable } from './ast.js';
import type { Types } from './check.js';
import { isIntrinsic, type FunctionTable } from './functions.js';
import { addition, comparison, equality, type Operands } from './operators.js';
import type { RuntimeName } from './runtime.js';
import { SourceBuilder } from './source.js';

export interface Program {
  /** Body of a function of (helpers, constants) that returns the function from bag to value. */
  readonly body: string;
  readonly helpers: readonly RuntimeName[];
  readonly constants: readonly unknown[];
}

/**
 * JavaScript for a checked expression.
 * @throws ExprError `internal compiler error -- ...` for operators that 1.4 lacks for a type
 */
export function generate(expression: Expression, types: Types, functions: FunctionTable): Program {
  const generator = new Generator(types, functions);
  const code = generator.value(expression);
  const helpers = [...generator.helpers].toSorted();
  return { body: generator.source.body(code, helpers), helpers, constants: generator.source.constants };
}

const readers: Readonly<Record<ValueType, readonly [required: RuntimeName, optional: RuntimeName] | undefined>> = {
  [ValueType.VALUE_TYPE_UNSPECIFIED]: undefined,
  [ValueType.STRING]: ['string', 'optString'],
  [ValueType.EMAIL_ADDRESS]: ['string', 'optString'],
  [ValueType.URI]: ['string', 'optString'],
  [ValueType.DNS_NAME]: ['string', 'optString'],
  [ValueType.INT64]: ['int', 'optInt'],
  [ValueType.DOUBLE]: ['double', 'optDouble'],
  [ValueType.BOOL]: ['bool', 'optBool'],
  [ValueType.TIMESTAMP]: ['time', 'optTime'],
  [ValueType.DURATION]: ['duration', 'optDuration'],
  [ValueType.IP_ADDRESS]: ['bytes', 'optBytes'],
  [ValueType.STRING_MAP]: ['map', 'optMap'],
};

/** Operators whose value a `|` to their right ignores: in 1.4 they have no way to say that they are present. */
const ignoredByOr: ReadonlySet<string> = new Set(['EQ', 'NEQ', 'LT', 'LEQ', 'GT', 'GEQ', 'LOR', 'LAND', 'ADD', 'size']);

class Generator {
  readonly source = new SourceBuilder();
  readonly helpers = new Set<RuntimeName>();

  constructor(
    private readonly types: Types,
    private readonly functions: FunctionTable,
  ) {}

  /** Code whose value is the expression's; it throws where the expression is absent. */
  value(expression: Expression): string {
    if (expression.kind === 'constant') return this.constant(expression);
    if (expression.kind === 'variable') return this.read(expression, 'required');
    return this.intrinsic(expression) ? this.operator(expression) : this.call(expression);
  }

  /** Code whose value is the expression's, or undefined where it is absent: the left of a `|`. */
  private maybe(expression: Expression): string {
    if (expression.kind === 'variable') return this.read(expression, 'optional');
    if (!this.intrinsic(expression)) return this.value(expression);
    const [left, right] = operands(expression);
    if (expression.name === 'INDEX') return this.maybeIndex(left, right);
    if (expression.name === 'OR') return `(${this.maybe(left)}??${this.maybe(right)})`;
    return ignoredByOr.has(expression.name) ? `(${this.value(expression)},void 0)` : this.value(expression);
  }

  private intrinsic(expression: Expression): expression is Call {
    if (expression.kind !== 'call') return false;
    const spec = this.functions.get(expression.name);
    return spec !== undefined && isIntrinsic(spec);
  }

  private constant(constant: Constant): string {
    return this.source.constant(constant.value);
  }

  private read(variable: Variable, need: 'required' | 'optional'): string {
    const type = this.typeOf(variable);
    const reader = readers[type];
    if (!reader) throw internalError(`unrecognized variable type: '${valueTypeName(type)}'`);
    const attribute = `b.get(${this.source.constant(variable.name)},${type})`;
    if (need === 'optional') return this.helper(reader[1], attribute);
    return this.helper(reader[0], attribute, this.missing(variable.name));
  }

  private readonly missingErrors = new Map<string, EvalError>();

  private missing(name: string): string {
    const error = this.missingErrors.get(name) ?? new EvalError(`lookup failed: '${name}'`, name);
    this.missingErrors.set(name, error);
    return this.source.constant(error);
  }

  private operator(call: Call): string {
    const [left, right] = operands(call);
    switch (call.name) {
      case 'LAND':
        return `(${call.args.map((arg) => this.boolean(arg)).join('&&')})`;
      case 'LOR':
        return `(${this.value(left)}||${this.value(right)})`;
      case 'INDEX':
        return `(${this.value(left)}.get(${this.value(right)})??${this.source.constant('')})`;
      case 'OR':
        return this.or(left, right);
      case 'conditional':
        return `(${this.value(left)}?${this.value(right)}:${this.value(operand(call, 2))})`;
      case 'size':
        return this.helper('size', this.value(left));
      case 'ADD':
        return addition(this.operands(left, right));
      case 'EQ':
        return equality(this.operands(left, right));
      case 'NEQ':
        return `(!${equality(this.operands(left, right))})`;
      default:
        return comparison(call.name, this.operands(left, right));
    }
  }

  private operands(left: Expression, right: Expression): Operands {
    return {
      type: this.typeOf(left),
      left: this.value(left),
      right: this.value(right),
      call: (name, ...args) => this.helper(name, ...args),
    };
  }

  private boolean(expression: Expression): string {
    if (this.typeOf(expression) !== ValueType.BOOL) throw new ExprError('LAND of an argument that is not BOOL');
    return this.value(expression);
  }

  private maybeIndex(map: Expression, key: Expression): string {
    if (key.kind === 'constant') return `(${this.maybe(map)}?.get(${this.constant(key)}))`;
    const target = this.source.temporary();
    const name = this.source.temporary();
    const found = `(${name}=${this.maybe(key)})===void 0?void 0:${target}.get(${name})`;
    return `((${target}=${this.maybe(map)})===void 0?void 0:${found})`;
  }

  /** A nested `|` at the right may be absent as a whole, for which 1.4 has no better words than its interpreter's. */
  private or(left: Expression, right: Expression): string {
    const nested = right.kind === 'call' && right.name === 'OR' && this.intrinsic(right);
    if (!nested) return `(${this.maybe(left)}??${this.value(right)})`;
    if (this.intrinsic(left) && ignoredByOr.has(left.name)) {
      const kept = this.source.temporary();
      return `(${kept}=${this.value(left)},${this.maybe(right)}??${kept})`;
    }
    const underflow = this.source.constant(stackUnderflow);
    return `(${this.maybe(left)}??${this.maybe(right)}??${this.helper('fail', underflow)})`;
  }

  /** All arguments are evaluated; of too many the last ones count. */
  private call(call: Expression): string {
    if (call.kind !== 'call') throw internalError('unexpected expression type encountered.');
    const spec = this.functions.get(call.name);
    if (!spec?.implementation) throw new ExprError(`function has no implementation: ${call.name}`);
    const all = call.target ? [call.target, ...call.args] : call.args;
    const parameters = spec.instance ? [spec.targetType ?? 0, ...spec.argumentTypes] : spec.argumentTypes;
    const surplus = all.length - parameters.length;
    const used = all.slice(surplus);
    used.forEach((arg, index) => {
      const declared = parameters[index];
      if (declared && this.typeOf(arg) !== declared) throw new ExprError(`${call.name}: too many arguments, and the last ones have other types`);
    });
    const code = `${this.source.constant(spec.implementation)}(${used.map((arg) => this.value(arg)).join(',')})`;
    if (surplus === 0) return code;
    return `(${all.slice(0, surplus).map((arg) => this.value(arg)).join(',')},${code})`;
  }

  private helper(name: RuntimeName, ...args: readonly string[]): string {
    this.helpers.add(name);
    return this.source.call(name, ...args);
  }

  private typeOf(expression: Expression): ValueType {
    return this.types.get(expression) ?? ValueType.VALUE_TYPE_UNSPECIFIED;
  }
}

const stackUnderflow = new EvalError('stack underflow');

export function internalError(message: string): ExprError {
  return new ExprError(`internal compiler error -- ${message}`);
}

function operands(call: Call): [Expression, Expression] {
  return [operand(call, 0), call.args[1] ?? operand(call, 0)];
}

function operand(call: Call, index: number): Expression {
  const arg = call.args[index];
  if (!arg) throw internalError(`${call.name} lacks argument ${index + 1}`);
  return arg;
}
