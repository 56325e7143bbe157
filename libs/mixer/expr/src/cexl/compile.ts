import type { AttributeSource } from '../attribute-source.js';
import { EvalError } from '../errors.js';
import type { CompiledExpression, ExprEnv } from '../expression.js';
import type { Value } from '../value.js';
import { ValueType } from '../value-type.js';
import type { Expression } from './ast.js';
import { checkTypes } from './check.js';
import { functionTable } from './functions.js';
import { generate, internalError, type Program } from './generate.js';
import { parseExpression } from './parse.js';
import { runtime } from './runtime.js';
import { isClosed } from './source.js';

/** @throws ExprError */
export function compileCexl(text: string, env: ExprEnv): CompiledExpression {
  return compileTree(parseExpression(text), text, env);
}

function compileTree(expression: Expression, text: string, env: ExprEnv): CompiledExpression {
  const functions = functionTable(env.functions);
  const types = checkTypes(expression, { attributes: env.attributes, functions });
  const type = types.get(expression) ?? ValueType.VALUE_TYPE_UNSPECIFIED;
  const evaluate = load(generate(expression, types, functions));
  const evalBoolean = type === ValueType.BOOL ? (evaluate as (bag: AttributeSource) => boolean) : notBoolean;
  return Object.freeze({ text, type, eval: evaluate, evalBoolean });
}

type Evaluate = (bag: AttributeSource) => Value;

/** The only place where text becomes code; `isClosed` says why that is safe. */
function load({ body, helpers, constants }: Program): Evaluate {
  if (!isClosed(body, helpers)) throw internalError('generated code is not closed');
  const factory = new Function('h', 'k', `"use strict";${body}`) as (h: typeof runtime, k: readonly unknown[]) => Evaluate;
  return factory(runtime, constants);
}

function notBoolean(): never {
  throw new EvalError('expression is not of type BOOL');
}
