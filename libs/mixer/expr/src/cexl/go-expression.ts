import type { TokenKind } from './token.js';

/**
 * A Go expression as far as CEXL looks into one. `other` is every form that Go has and CEXL refuses: composite and
 * function literals, slices, type assertions, pointers, types.
 */
export type GoExpression =
  | { readonly form: 'identifier'; readonly name: string }
  | { readonly form: 'literal'; readonly kind: 'INT' | 'FLOAT' | 'IMAG' | 'CHAR' | 'STRING'; readonly text: string }
  | { readonly form: 'paren'; readonly inner: GoExpression }
  | { readonly form: 'unary'; readonly operator: TokenKind; readonly operand: GoExpression }
  | { readonly form: 'binary'; readonly operator: TokenKind; readonly left: GoExpression; readonly right: GoExpression }
  | { readonly form: 'selector'; readonly base: GoExpression; readonly name: string }
  | { readonly form: 'index'; readonly base: GoExpression; readonly index: GoExpression }
  | { readonly form: 'call'; readonly callee: GoExpression; readonly args: readonly GoExpression[] }
  | { readonly form: 'other'; readonly what: string };
