import type { Value } from '../value.js';
import type { ValueType } from '../value-type.js';

/** A CEXL expression: operators are functions (`EQ`, `LAND`, `INDEX`...), and may be written as such. */
export type Expression = Constant | Variable | Call;

export interface Constant {
  readonly kind: 'constant';
  /** As written, quotes included. */
  readonly text: string;
  readonly type: ValueType;
  readonly value: Value;
}

export interface Variable {
  readonly kind: 'variable';
  /** An attribute's whole name, dots included. */
  readonly name: string;
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  /** The receiver of a method. */
  readonly target?: Expression;
  readonly args: readonly Expression[];
}

/** The form that error messages show: `EQ(INDEX($request.headers, "k"), $a:matches("x"))`. */
export function printExpression(expression: Expression): string {
  if (expression.kind === 'constant') return expression.text;
  if (expression.kind === 'variable') return `$${expression.name}`;
  const target = expression.target ? `${printExpression(expression.target)}:` : '';
  return `${target}${expression.name}(${expression.args.map(printExpression).join(', ')})`;
}
