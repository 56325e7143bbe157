/**
 * Tokens of Go's expression syntax, whose restriction CEXL is. The strings are Go's own spellings, since they stand in
 * error messages (`expected ')', found 'EOF'`). Source: the Go specification, sections Operators, Keywords, Tokens.
 */
export type TokenKind = 'ILLEGAL' | 'EOF' | 'IDENT' | 'INT' | 'FLOAT' | 'IMAG' | 'CHAR' | 'STRING' | Operator | Keyword;

export interface Token {
  readonly kind: TokenKind;
  /** Source text of identifiers and literals; `\n` for a semicolon that a line end stands for, else the token itself. */
  readonly text: string;
  /** Offset in UTF-16 units. */
  readonly at: number;
}

const operators = [
  '&^=', '<<=', '>>=', '...', '&&', '||', '<-', '++', '--', '==', '!=', '<=', '>=', ':=', '+=', '-=', '*=', '/=', '%=',
  '&=', '|=', '^=', '<<', '>>', '&^', '+', '-', '*', '/', '%', '&', '|', '^', '<', '>', '=', '!', '(', ')', '[', ']',
  '{', '}', ',', ';', '.', ':',
] as const;
export type Operator = (typeof operators)[number];

const keywords = [
  'break', 'case', 'chan', 'const', 'continue', 'default', 'defer', 'else', 'fallthrough', 'for', 'func', 'go', 'goto',
  'if', 'import', 'interface', 'map', 'package', 'range', 'return', 'select', 'struct', 'switch', 'type', 'var',
] as const;
export type Keyword = (typeof keywords)[number];

const keywordSet: ReadonlySet<string> = new Set(keywords);

export function isKeyword(word: string): word is Keyword {
  return keywordSet.has(word);
}

/** The longest operator that `text` has at `at`. */
export function operatorAt(text: string, at: number): Operator | undefined {
  return operators.find((operator) => text.startsWith(operator, at));
}

export function isLiteral(kind: TokenKind): boolean {
  return kind === 'IDENT' || kind === 'INT' || kind === 'FLOAT' || kind === 'IMAG' || kind === 'CHAR' || kind === 'STRING';
}

const precedences: Partial<Record<TokenKind, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3,
  '+': 4, '-': 4, '|': 4, '^': 4,
  '*': 5, '/': 5, '%': 5, '<<': 5, '>>': 5, '&': 5, '&^': 5,
};

/** Binding strength of a binary operator, 1 (weakest) to 5; 0 = not a binary operator. */
export function precedence(kind: TokenKind): number {
  return precedences[kind] ?? 0;
}
