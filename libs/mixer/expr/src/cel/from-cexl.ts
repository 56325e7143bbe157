import { ExprError } from '../errors.js';
import { newConstant } from '../cexl/constant.js';
import type { GoExpression } from '../cexl/go-expression.js';
import { parseGoExpression } from '../cexl/go-parser.js';
import { ValueType } from '../value-type.js';
import { call, type CelNode } from './ast.js';
import { expandCall } from './macros.js';

const maxDepth = 1000;

/**
 * COMPAT: CEXL's syntax with CEL's meaning. `|` becomes `pick`, and a string that reads as a duration becomes
 * `duration("...")`.
 * @throws ExprError
 */
export function parseCompat(text: string): CelNode {
  return convert(parseGoExpression(text), 0);
}

function convert(node: GoExpression, depth: number): CelNode {
  if (depth > maxDepth) throw new ExprError(`expression is nested deeper than ${maxDepth}`);
  const nested = (child: GoExpression): CelNode => convert(child, depth + 1);
  switch (node.form) {
    case 'identifier':
      return identifier(node.name);
    case 'literal':
      return literal(node);
    case 'paren':
      return nested(node.inner);
    case 'unary':
      return call(0, `${node.operator}_`, nested(node.operand));
    case 'binary':
      return node.operator === '|' ? expand('pick', picked(node).map(nested)) : call(0, `_${node.operator}_`, nested(node.left), nested(node.right));
    case 'index':
      return call(0, '_[_]', nested(node.base), nested(node.index));
    case 'selector':
      return { kind: 'select', at: 0, operand: nested(node.base), field: node.name, test: false };
    case 'call':
      return convertCall(node, nested);
    case 'other':
      throw unsupported(node.what);
  }
}

function identifier(name: string): CelNode {
  if (name === 'true' || name === 'false') return { kind: 'literal', at: 0, literal: { type: 'bool', value: name === 'true' } };
  return { kind: 'identifier', at: 0, name };
}

function literal({ kind, text }: GoExpression & { form: 'literal' }): CelNode {
  const type = { INT: ValueType.INT64, FLOAT: ValueType.DOUBLE, IMAG: ValueType.VALUE_TYPE_UNSPECIFIED, CHAR: ValueType.STRING, STRING: ValueType.STRING }[kind];
  const { value, type: found } = newConstant(text, type);
  const node = (part: (CelNode & { kind: 'literal' })['literal']): CelNode => ({ kind: 'literal', at: 0, literal: part });
  if (found === ValueType.DURATION) return call(0, 'duration', node({ type: 'string', value: String(value) }));
  if (typeof value === 'string') return node({ type: 'string', value });
  return kind === 'FLOAT' ? node({ type: 'double', value: Number(value) }) : node({ type: 'int', value: BigInt(value as number | bigint) });
}

/** Operands of a chain of `|`, whose left part is one operand if it stands in parentheses. */
function picked(node: GoExpression): GoExpression[] {
  if (node.form !== 'binary' || node.operator !== '|') return [node];
  return [...picked(node.left), ...picked(node.right)];
}

function convertCall({ callee, args }: GoExpression & { form: 'call' }, nested: (child: GoExpression) => CelNode): CelNode {
  if (callee.form === 'identifier') return expand(callee.name, args.map(nested));
  if (callee.form !== 'selector') throw unsupported(callee.form);
  return expand(callee.name, args.map(nested), nested(callee.base));
}

function expand(name: string, args: readonly CelNode[], target?: CelNode): CelNode {
  return expandCall({ kind: 'call', at: 0, name, args, ...(target && { target }) }, (_at, message) => new ExprError(message));
}

function unsupported(what: string): ExprError {
  return new ExprError(`unexpected expression: ${what}`);
}
