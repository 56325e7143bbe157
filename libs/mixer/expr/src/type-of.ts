import { checkTypes } from './cexl/check.js';
import { functionTable } from './cexl/functions.js';
import { parseExpression } from './cexl/parse.js';
import { ExprError } from './errors.js';
import type { ExprEnv } from './expression.js';
import { ValueType } from './value-type.js';

/**
 * The type of a CEXL expression, without compiling it: for inference of instance types and for validation.
 * @throws ExprError; a syntax error reads `failed to parse expression: ...` here
 */
export function typeOfExpression(text: string, env: ExprEnv): ValueType {
  const expression = parse(text);
  const types = checkTypes(expression, { attributes: env.attributes, functions: functionTable(env.functions) });
  return types.get(expression) ?? ValueType.VALUE_TYPE_UNSPECIFIED;
}

function parse(text: string): ReturnType<typeof parseExpression> {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExprError) throw new ExprError(`failed to parse expression: ${error.message}`);
    throw error;
  }
}
