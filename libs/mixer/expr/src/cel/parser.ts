import { call, type CelNode, type Literal } from './ast.js';
import { celError } from './cel-error.js';
import { tokenize, type CelToken } from './lexer.js';
import { expandCall } from './macros.js';

const maxDepth = 250;
const maxChain = 1000;

/** @throws ExprError */
export function parseCel(text: string): CelNode {
  return new CelParser(text).parse();
}

type Level = readonly string[];
/** Binary operators from weak to strong, all left-associative. */
const levels: readonly Level[] = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in'], ['+', '-'], ['*', '/', '%']];

class CelParser {
  private readonly tokens: readonly CelToken[];
  private index = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenize(text);
  }

  parse(): CelNode {
    const expression = this.expression();
    if (this.token.kind !== 'end') throw this.unexpected();
    return expression;
  }

  private expression(): CelNode {
    if (++this.depth > maxDepth) throw this.fail(`nested deeper than ${maxDepth}`);
    const condition = this.binary(0);
    const at = this.token.at;
    if (!this.take('?')) {
      this.depth--;
      return condition;
    }
    const yes = this.binary(0);
    this.need(':');
    const ternary = call(at, '_?_:_', condition, yes, this.expression());
    this.depth--;
    return ternary;
  }

  private binary(level: number): CelNode {
    const operators = levels[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let links = 0; ; links++) {
      const { at } = this.token;
      const operator = operators.find((candidate) => this.take(candidate));
      if (operator === undefined) return left;
      if (links >= maxChain) throw this.fail(`chained longer than ${maxChain}`);
      left = call(at, operator === 'in' ? '_in_' : `_${operator}_`, left, this.binary(level + 1));
    }
  }

  private unary(): CelNode {
    const { at } = this.token;
    let signs = 0;
    const sign = this.is('!') ? '!' : '-';
    while (this.take(sign)) signs++;
    if (signs > 0 && sign === '-' && this.token.kind === 'literal' && isNumber(this.token.literal)) {
      const operand = this.member(signs % 2 === 1);
      return operand;
    }
    const operand = this.member(false);
    return signs % 2 === 1 ? call(at, `${sign}_`, operand) : operand;
  }

  private member(negative: boolean): CelNode {
    let node = this.primary(negative);
    for (let links = 0; ; links++) {
      if (links >= maxChain) throw this.fail(`chained longer than ${maxChain}`);
      const { at } = this.token;
      if (this.take('.')) node = this.selectOrMethod(node, at);
      else if (this.take('[')) {
        node = call(at, '_[_]', node, this.expression());
        this.need(']');
      } else if (this.is('{') && qualifiedName(node) !== undefined) node = this.message(node);
      else return node;
    }
  }

  private selectOrMethod(operand: CelNode, at: number): CelNode {
    const name = this.identifier();
    if (!this.take('(')) return { kind: 'select', at, operand, field: name, test: false };
    return this.expand({ kind: 'call', at, name, target: operand, args: this.list(')') });
  }

  private primary(negative: boolean): CelNode {
    const { token } = this;
    if (token.kind === 'literal') {
      this.index++;
      return { kind: 'literal', at: token.at, literal: this.ranged(token.literal, negative) };
    }
    if (this.take('(')) {
      const inner = this.expression();
      this.need(')');
      return inner;
    }
    if (this.take('[')) return { kind: 'list', at: token.at, elements: this.list(']') };
    if (this.take('{')) return this.mapLiteral(token.at);
    this.take('.');
    const name = this.identifier();
    if (!this.take('(')) return { kind: 'identifier', at: token.at, name };
    return this.expand({ kind: 'call', at: token.at, name, args: this.list(')') });
  }

  private ranged(literal: Literal, negative: boolean): Literal {
    if (literal.type === 'double') return negative ? { ...literal, value: -literal.value } : literal;
    if (literal.type !== 'int') return literal;
    const value = negative ? -literal.value : literal.value;
    if (BigInt.asIntN(64, value) !== value) throw this.fail('invalid int literal');
    return { type: 'int', value };
  }

  private expand(node: CelNode & { kind: 'call' }): CelNode {
    return expandCall(node, (at, message) => celError(this.text, at, message));
  }

  private mapLiteral(at: number): CelNode {
    const entries: [CelNode, CelNode][] = [];
    while (!this.take('}')) {
      const key = this.expression();
      this.need(':');
      entries.push([key, this.expression()]);
      if (!this.take(',') && !this.is('}')) throw this.unexpected();
    }
    return { kind: 'map', at, entries };
  }

  private message(type: CelNode): CelNode {
    const fields: [string, CelNode][] = [];
    this.need('{');
    while (!this.take('}')) {
      const field = this.identifier();
      this.need(':');
      fields.push([field, this.expression()]);
      if (!this.take(',') && !this.is('}')) throw this.unexpected();
    }
    return { kind: 'message', at: type.at, name: qualifiedName(type) ?? '', fields };
  }

  private list(close: ')' | ']'): CelNode[] {
    const items: CelNode[] = [];
    while (!this.take(close)) {
      items.push(this.expression());
      if (!this.take(',') && !this.is(close)) throw this.unexpected();
    }
    return items;
  }

  private get token(): CelToken {
    return this.tokens[this.index] ?? { kind: 'end', at: this.text.length };
  }

  private is(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }

  private take(symbol: string): boolean {
    if (!this.is(symbol)) return false;
    this.index++;
    return true;
  }

  private need(symbol: string): void {
    if (!this.take(symbol)) throw this.unexpected();
  }

  private identifier(): string {
    const { token } = this;
    if (token.kind !== 'identifier') throw this.unexpected();
    this.index++;
    return token.text;
  }

  private unexpected() {
    const { token } = this;
    const found = token.kind === 'end' ? '<EOF>' : token.kind === 'literal' ? 'literal' : token.text;
    return this.fail(`Syntax error: mismatched input '${found}'`);
  }

  private fail(message: string) {
    return celError(this.text, this.token.at, message);
  }
}

function isNumber(literal: Literal): boolean {
  return literal.type === 'int' || literal.type === 'double';
}

function qualifiedName(node: CelNode): string | undefined {
  if (node.kind === 'identifier') return node.name;
  if (node.kind !== 'select' || node.test) return undefined;
  const base = qualifiedName(node.operand);
  return base === undefined ? undefined : `${base}.${node.field}`;
}
