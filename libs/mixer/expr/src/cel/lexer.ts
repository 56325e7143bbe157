import type { Literal } from './ast.js';
import { celError } from './cel-error.js';
import { readText } from './text-literal.js';

export type CelToken =
  | { readonly kind: 'identifier' | 'symbol'; readonly at: number; readonly text: string }
  | { readonly kind: 'literal'; readonly at: number; readonly literal: Literal }
  | { readonly kind: 'end'; readonly at: number };

const blank = /(?:\s|\/\/[^\n]*)+/y;
const identifier = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const number = /(?:0x([0-9a-fA-F]+)|(\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(\d+))([uU])?/y;
const textStart = /(?:[rR][bB]?|[bB][rR]?)?(?:"|')/y;
const symbol = /&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]{}]/y;

/** @throws ExprError at the first character that begins no token */
export function tokenize(text: string): CelToken[] {
  const tokens: CelToken[] = [];
  for (let at = 0; ; ) {
    at += matchAt(blank, text, at)?.[0].length ?? 0;
    if (at >= text.length) return [...tokens, { kind: 'end', at }];
    const [token, end] = readToken(text, at);
    tokens.push(token);
    at = end;
  }
}

function readToken(text: string, at: number): [CelToken, number] {
  if (matchAt(textStart, text, at)) {
    const { literal, end } = readText(text, at);
    return [{ kind: 'literal', at, literal }, end];
  }
  const word = matchAt(identifier, text, at)?.[0];
  if (word !== undefined) return [wordToken(word, at), at + word.length];
  const digits = matchAt(number, text, at);
  if (digits) return [{ kind: 'literal', at, literal: numberLiteral(text, at, digits) }, at + digits[0].length];
  const sign = matchAt(symbol, text, at)?.[0];
  if (sign === undefined) throw celError(text, at, `Syntax error: token recognition error at: '${String.fromCodePoint(text.codePointAt(at) ?? 0)}'`);
  return [{ kind: 'symbol', at, text: sign }, at + sign.length];
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function wordToken(word: string, at: number): CelToken {
  if (word === 'true' || word === 'false') return { kind: 'literal', at, literal: { type: 'bool', value: word === 'true' } };
  if (word === 'null') return { kind: 'literal', at, literal: { type: 'null' } };
  return { kind: word === 'in' ? 'symbol' : 'identifier', at, text: word };
}

/** Ints are checked for their range by the parser, which knows their sign. */
function numberLiteral(text: string, at: number, [whole, hex, double, , unsigned]: RegExpExecArray): Literal {
  if (double !== undefined) {
    const value = Number(double);
    if (!Number.isFinite(value)) throw celError(text, at, 'invalid double literal');
    return { type: 'double', value };
  }
  const value = BigInt(hex !== undefined ? `0x${hex}` : (/\d+/.exec(whole)?.[0] ?? '0'));
  if (unsigned !== undefined && value >= 2n ** 64n) throw celError(text, at, 'invalid uint literal');
  return { type: unsigned === undefined ? 'int' : 'uint', value };
}
