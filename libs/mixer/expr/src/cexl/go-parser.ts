import type { ExprError } from '../errors.js';
import type { GoExpression } from './go-expression.js';
import { Scanner } from './scanner.js';
import { syntaxError } from './syntax-error.js';
import { isLiteral, precedence, type Token, type TokenKind } from './token.js';

/** Deepest nesting and longest chain taken: beyond what anyone writes, well within the stack of all that recurses. */
const maxDepth = 500;
const maxChain = 1000;

/**
 * Parses one Go expression, reporting the first problem in the words of Go's parser.
 * @throws ExprError `unable to parse expression '...': line:col: ...`
 */
export function parseGoExpression(text: string): GoExpression {
  return new GoParser(text).parse();
}

class GoParser {
  private readonly scanner: Scanner;
  private token: Token;
  private depth = 0;

  constructor(private readonly text: string) {
    this.scanner = new Scanner(text);
    this.token = this.scanner.next();
  }

  parse(): GoExpression {
    const expression = this.binary(1);
    if (this.at(';') && this.token.text === '\n') this.advance();
    this.expect('EOF');
    if (this.scanner.problems.length > 0) throw syntaxError(this.text, this.scanner.problems);
    return expression;
  }

  private binary(minimum: number): GoExpression {
    return this.nested(() => {
      let left = this.unary();
      for (let links = 0; ; links++) {
        // Where an operand may follow, Go reads `=` as a mistyped `==`.
        const operator = this.at('=') ? '==' : this.token.kind;
        const strength = precedence(operator);
        if (strength === 0 || strength < minimum) return left;
        if (links >= maxChain) throw this.tooDeep();
        this.expect(operator);
        left = { form: 'binary', operator, left, right: this.binary(strength + 1) };
      }
    });
  }

  private unary(): GoExpression {
    const { kind } = this.token;
    if (kind === '*') return this.nested(() => this.pointer());
    if (!unaryOperators.has(kind)) return this.primary();
    return this.nested(() => {
      this.advance();
      return { form: 'unary', operator: kind, operand: this.unary() };
    });
  }

  private pointer(): GoExpression {
    this.advance();
    this.unary();
    return { form: 'other', what: 'pointer' };
  }

  private primary(): GoExpression {
    let expression = this.operand();
    for (let links = 0; ; links++) {
      if (links >= maxChain) throw this.tooDeep();
      const { kind } = this.token;
      if (kind === '.') expression = this.selector(expression);
      else if (kind === '[') expression = this.index(expression);
      else if (kind === '(') expression = { form: 'call', callee: expression, args: this.list(')', 'argument list') };
      else if (kind === '{' && mayNameType(expression)) expression = this.composite();
      else return expression;
    }
  }

  private operand(): GoExpression {
    const { kind, text } = this.token;
    if (kind === 'IDENT') {
      this.advance();
      return { form: 'identifier', name: text };
    }
    if (kind === 'INT' || kind === 'FLOAT' || kind === 'IMAG' || kind === 'CHAR' || kind === 'STRING') {
      this.advance();
      return { form: 'literal', kind, text };
    }
    if (kind === '(') {
      this.advance();
      const inner = this.binary(1);
      this.expect(')');
      return { form: 'paren', inner };
    }
    return this.refuseOperand(kind);
  }

  private refuseOperand(kind: TokenKind): never {
    const error = this.expected('operand');
    // Go reads on to the end here, which adds what its scanner finds there.
    while (!this.at('EOF')) this.advance();
    if (this.scanner.problems.length > 0) throw syntaxError(this.text, this.scanner.problems);
    throw typeStarts.has(kind) ? syntaxError(this.text, [{ at: 0, message: `unexpected expression: '${kind}'` }]) : error;
  }

  private selector(base: GoExpression): GoExpression {
    this.advance();
    if (this.at('(')) {
      this.advance();
      if (this.at('type')) this.advance();
      else this.binary(1);
      this.expect(')');
      return { form: 'other', what: 'type assertion' };
    }
    if (!this.at('IDENT')) throw this.expected('selector or type assertion');
    const { text } = this.token;
    this.advance();
    return { form: 'selector', base, name: text };
  }

  private index(base: GoExpression): GoExpression {
    this.advance();
    if (this.at(':')) return this.slice();
    const index = this.binary(1);
    if (this.at(':')) return this.slice();
    this.expect(']');
    return { form: 'index', base, index };
  }

  private slice(): GoExpression {
    while (this.at(':')) {
      this.advance();
      if (!this.at(']') && !this.at(':')) this.binary(1);
    }
    this.expect(']');
    return { form: 'other', what: 'slice' };
  }

  private composite(): GoExpression {
    this.list('}', 'composite literal');
    return { form: 'other', what: 'composite literal' };
  }

  /** From the opening bracket to `close`; a trailing comma is fine, as are `...` and, in literals, `key: value`. */
  private list(close: ')' | '}', context: string): GoExpression[] {
    this.advance();
    const items: GoExpression[] = [];
    while (!this.at(close) && !this.at('EOF')) {
      items.push(this.at('{') ? this.composite() : this.binary(1));
      if (close === ')' && this.at('...')) this.advance();
      if (close === '}' && this.at(':')) {
        this.advance();
        if (this.at('{')) this.composite();
        else this.binary(1);
      }
      if (this.at(',')) this.advance();
      else if (!this.at(close)) throw this.missingComma(context);
    }
    this.expect(close);
    return items;
  }

  private missingComma(context: string): ExprError {
    const lineEnd = this.at(';') && this.token.text === '\n' ? ' before newline' : '';
    return this.fail(`missing ','${lineEnd} in ${context}`);
  }

  private nested(parse: () => GoExpression): GoExpression {
    if (++this.depth > maxDepth) throw this.tooDeep();
    const expression = parse();
    this.depth--;
    return expression;
  }

  private tooDeep(): ExprError {
    return this.fail(`nested deeper than ${maxDepth} or chained longer than ${maxChain}`);
  }

  private at(kind: TokenKind): boolean {
    return this.token.kind === kind;
  }

  private advance(): void {
    this.token = this.scanner.next();
  }

  private expect(kind: TokenKind): void {
    if (!this.at(kind)) throw this.expected(`'${kind}'`);
    if (kind !== 'EOF') this.advance();
  }

  private expected(what: string): ExprError {
    return this.fail(`expected ${what}, found ${describe(this.token)}`);
  }

  /** The scanner's problems come first: what the parser stumbles over is their consequence. */
  private fail(message: string): ExprError {
    const { problems } = this.scanner;
    return syntaxError(this.text, problems.length > 0 ? problems : [{ at: this.token.at, message }]);
  }
}

const unaryOperators: ReadonlySet<TokenKind> = new Set(['+', '-', '!', '^', '&', '<-']);
const typeStarts: ReadonlySet<TokenKind> = new Set(['func', '[', 'struct', 'interface', 'map', 'chan']);

function mayNameType(expression: GoExpression): boolean {
  return expression.form === 'identifier' || (expression.form === 'selector' && expression.base.form === 'identifier');
}

function describe(token: Token): string {
  if (token.kind === ';' && token.text === '\n') return 'newline';
  return isLiteral(token.kind) ? token.text : `'${token.kind}'`;
}
