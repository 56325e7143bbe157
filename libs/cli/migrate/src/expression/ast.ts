import { parseExpression } from '@quartet/mixer-expr/internal';

/** A parsed CEXL expression. */
export type Expression = ReturnType<typeof parseExpression>;
export type Call = Extract<Expression, { kind: 'call' }>;

export { parseExpression };
