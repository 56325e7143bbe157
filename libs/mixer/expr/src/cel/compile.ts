import type { AttributeSource } from '../attribute-source.js';
import { EvalError, ExprError } from '../errors.js';
import type { CompiledExpression, ExprEnv } from '../expression.js';
import { ValueType } from '../value-type.js';
import { attributeTree } from './attribute-tree.js';
import { toAttribute } from './attribute-values.js';
import { celError } from './cel-error.js';
import { checkCel } from './check.js';
import { refuseDeepTrees } from './depth.js';
import { prepare } from './evaluate.js';
import { parseCompat } from './from-cexl.js';
import { parseCel } from './parser.js';
import { attributeType } from './types.js';

/**
 * CEL, or COMPAT (CEXL's syntax). Absent attributes are the zeros of their types; a missing key is an error. Functions
 * are CEL's and Mixer's; `env.functions` is for CEXL.
 * @throws ExprError
 */
export function compileCel(text: string, env: ExprEnv): CompiledExpression {
  const compat = env.language === 'COMPAT';
  const node = compat ? parseCompat(text) : parseCel(text);
  refuseDeepTrees(node);
  const root = attributeTree(env.attributeNames?.() ?? [], env.attributes);
  const fail = (at: number, message: string): ExprError => (compat ? new ExprError(message) : celError(text, at, message));
  const type = attributeType(checkCel(node, root, fail));
  const run = prepare(node, root);
  const evaluate = (bag: AttributeSource) => toAttribute(run({ bag }));
  return Object.freeze({ text, type, eval: evaluate, evalBoolean: type === ValueType.BOOL ? (bag: AttributeSource) => run({ bag }) === true : notBoolean });
}

function notBoolean(): never {
  throw new EvalError('expression is not of type BOOL');
}
