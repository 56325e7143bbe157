import { compileCel } from './cel/compile.js';
import { compileCexl } from './cexl/compile.js';
import type { CompiledExpression, ExprEnv } from './expression.js';

/**
 * Parses, checks and compiles an expression against the attributes and functions of `env`.
 * @throws ExprError with Mixer 1.4's message; nothing else, whatever the text
 */
export function compileExpression(text: string, env: ExprEnv): CompiledExpression {
  return (env.language ?? 'CEXL') === 'CEXL' ? compileCexl(text, env) : compileCel(text, env);
}
