import { scanNumber } from './scan-number.js';
import { scanRawString, scanRune, scanString } from './scan-text.js';
import { describeCharacter, type SyntaxProblem } from './syntax-error.js';
import { isKeyword, isLiteral, operatorAt, type Token, type TokenKind } from './token.js';

/** A literal read by one of the scan functions: its kind, where it ends, and what is wrong with it. */
export interface Scanned {
  readonly kind: TokenKind;
  readonly end: number;
  readonly problem?: SyntaxProblem;
}

const identifier = /[\p{L}_][\p{L}\p{Nd}_]*/uy;

/** Splits an expression into Go's tokens, with Go's rule that a line end after an operand is a semicolon. */
export class Scanner {
  readonly problems: SyntaxProblem[] = [];
  private at = 0;
  private endsStatement = false;

  constructor(private readonly text: string) {}

  next(): Token {
    const lineEnd = this.skipSpace();
    if (lineEnd !== undefined) return this.emit(';', '\n', lineEnd);
    const start = this.at;
    if (start >= this.text.length) return this.endOfText(start);
    identifier.lastIndex = start;
    const word = identifier.exec(this.text)?.[0];
    if (word !== undefined) {
      this.at += word.length;
      return this.emit(isKeyword(word) ? word : 'IDENT', word, start);
    }
    const scanned = this.literal(start) ?? this.operator(start) ?? this.illegal(start);
    if (scanned.problem) this.problems.push(scanned.problem);
    this.at = scanned.end;
    return this.emit(scanned.kind, this.text.slice(start, scanned.end), start);
  }

  private endOfText(at: number): Token {
    return this.endsStatement ? this.emit(';', '\n', at) : this.emit('EOF', '', at);
  }

  private emit(kind: TokenKind, text: string, at: number): Token {
    this.endsStatement = text !== '\n' && (isLiteral(kind) || statementEnds.has(kind));
    return { kind, text, at };
  }

  /** Moves past blanks and comments; the offset of a line end that stands for a semicolon, if one is reached. */
  private skipSpace(): number | undefined {
    for (;;) {
      const character = this.text[this.at];
      if (character === '\n' && this.endsStatement) return this.at++;
      if (character === ' ' || character === '\t' || character === '\r' || character === '\n') this.at++;
      else if (this.text.startsWith('//', this.at)) this.at = indexOr(this.text, '\n', this.at);
      else if (this.text.startsWith('/*', this.at)) this.skipBlockComment();
      else return undefined;
    }
  }

  private skipBlockComment(): void {
    const start = this.at;
    const close = this.text.indexOf('*/', start + 2);
    this.at = close < 0 ? this.text.length : close + 2;
    if (close < 0) this.problems.push({ at: start, message: 'comment not terminated' });
  }

  private literal(start: number): Scanned | undefined {
    const character = this.text[start] ?? '';
    if (isDigit(character) || (character === '.' && isDigit(this.text[start + 1] ?? ''))) return scanNumber(this.text, start);
    if (character === '"') return scanString(this.text, start);
    if (character === "'") return scanRune(this.text, start);
    if (character === '`') return scanRawString(this.text, start);
    return undefined;
  }

  private operator(start: number): Scanned | undefined {
    const operator = operatorAt(this.text, start);
    return operator && { kind: operator, end: start + operator.length };
  }

  private illegal(start: number): Scanned {
    const character = String.fromCodePoint(this.text.codePointAt(start) ?? 0);
    const message = character === '\0' ? 'illegal character NUL' : `illegal character ${describeCharacter(character)}`;
    return { kind: 'ILLEGAL', end: start + character.length, problem: { at: start, message } };
  }
}

const statementEnds: ReadonlySet<TokenKind> = new Set(['break', 'continue', 'fallthrough', 'return', '++', '--', ')', ']', '}']);

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function indexOr(text: string, search: string, from: number): number {
  const index = text.indexOf(search, from);
  return index < 0 ? text.length : index;
}
