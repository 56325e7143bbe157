import type { Value } from '../value.js';
import type { Call, Expression } from './ast.js';
import { parseExpression } from './parse.js';

/**
 * The `attribute == literal` conditions of which each single one must hold for the whole to hold: those joined by
 * top-level `&&`. They serve to index rules.
 * @throws ExprError if `text` does not parse
 */
export function extractEqMatches(text: string): Map<string, Value> {
  const found = new Map<string, Value>();
  collect(parseExpression(text), found);
  return found;
}

function collect(expression: Expression, found: Map<string, Value>): void {
  if (expression.kind !== 'call') return;
  if (expression.name === 'EQ') record(expression, found);
  if (expression.name === 'LAND') for (const arg of expression.args) collect(arg, found);
}

function record(call: Call, found: Map<string, Value>): void {
  const [left, right] = call.args;
  if (left?.kind === 'variable' && right?.kind === 'constant') found.set(left.name, right.value);
  if (left?.kind === 'constant' && right?.kind === 'variable') found.set(right.name, left.value);
}
