import { ExprError } from './errors.js';
import type { CompiledExpression, ExprEnv } from './expression.js';

/** @throws ExprError */
export function compileExpression(text: string, env: ExprEnv): CompiledExpression {
  void env;
  throw new ExprError(`unable to parse expression '${text}'`);
}
