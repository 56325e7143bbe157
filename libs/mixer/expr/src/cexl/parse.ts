import { ExprError } from '../errors.js';
import { ValueType } from '../value-type.js';
import type { Expression, Variable } from './ast.js';
import { newConstant } from './constant.js';
import type { GoExpression } from './go-expression.js';
import { parseGoExpression } from './go-parser.js';

/** Deepest tree taken, long chains of one operator included. */
const maxDepth = 1000;

/**
 * Parses CEXL: a Go expression of constants, attribute paths, calls, methods, `[]` and binary or unary operators.
 * Operators that CEXL lacks (`-`, `!`, ...) parse; the type check refuses them as unknown functions.
 * @throws ExprError `unable to parse expression ...` | `unexpected expression: ...`
 */
export function parseExpression(text: string): Expression {
  return convert(parseGoExpression(text), 0);
}

function convert(node: GoExpression, depth: number): Expression {
  if (depth > maxDepth) throw new ExprError(`expression is nested deeper than ${maxDepth}`);
  const nested = (child: GoExpression): Expression => convert(child, depth + 1);
  switch (node.form) {
    case 'identifier':
      return identifier(node.name);
    case 'literal':
      return newConstant(node.text, literalTypes[node.kind]);
    case 'paren':
      return nested(node.inner);
    case 'unary':
      return { kind: 'call', name: operatorNames[node.operator] ?? '', args: [nested(node.operand)] };
    case 'binary':
      return { kind: 'call', name: operatorNames[node.operator] ?? '', args: [nested(node.left), nested(node.right)] };
    case 'index':
      return { kind: 'call', name: 'INDEX', args: [nested(node.base), nested(node.index)] };
    case 'selector':
      return attributePath(node) ?? unexpected(node);
    case 'call':
      return call(node, nested);
    case 'other':
      throw unexpectedError(node.what);
  }
}

const literalTypes = {
  INT: ValueType.INT64,
  FLOAT: ValueType.DOUBLE,
  IMAG: ValueType.VALUE_TYPE_UNSPECIFIED,
  CHAR: ValueType.STRING,
  STRING: ValueType.STRING,
} as const;

/** Names of operators as functions; an operator that is not here has the empty name. */
const operatorNames: Readonly<Record<string, string>> = {
  '+': 'ADD', '-': 'SUB', '*': 'MUL', '/': 'QUO', '%': 'REM',
  '&': 'AND', '|': 'OR', '^': 'XOR', '&&': 'LAND', '||': 'LOR', '!': 'NOT',
  '==': 'EQ', '!=': 'NEQ', '<': 'LT', '<=': 'LEQ', '>': 'GT', '>=': 'GEQ',
};

function identifier(name: string): Expression {
  const lower = name.toLowerCase();
  if (lower !== 'true' && lower !== 'false') return { kind: 'variable', name };
  return { kind: 'constant', text: lower, type: ValueType.BOOL, value: lower === 'true' };
}

function attributePath(node: GoExpression): Variable | undefined {
  if (node.form === 'identifier') return { kind: 'variable', name: node.name };
  if (node.form !== 'selector') return undefined;
  const base = attributePath(node.base);
  return base && { kind: 'variable', name: `${base.name}.${node.name}` };
}

function call(node: GoExpression & { form: 'call' }, nested: (child: GoExpression) => Expression): Expression {
  const { callee } = node;
  if (callee.form === 'identifier') return { kind: 'call', name: callee.name, args: node.args.map(nested) };
  if (callee.form !== 'selector') return unexpected(callee);
  const path = attributePath(callee.base);
  if (!path && !receivers.has(callee.base.form)) return unexpected(callee.base);
  const target = path ?? nested(callee.base);
  return { kind: 'call', name: callee.name, target, args: node.args.map(nested) };
}

/** What a method may be called on, besides an attribute path. */
const receivers: ReadonlySet<GoExpression['form']> = new Set(['call', 'literal', 'paren']);

function unexpected(node: GoExpression): never {
  throw unexpectedError(node.form);
}

function unexpectedError(what: string): ExprError {
  return new ExprError(`unexpected expression: ${what}`);
}
