import { quote } from '../text/quote.js';
import { EvalError } from '../errors.js';

/** One RFC 5322 mailbox: `address` is `local@domain` with quotes of the local part removed. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/**
 * Parses one address, with or without display name, as Go's net/mail does.
 * @throws EvalError `mail: ...`
 */
export function parseAddress(text: string): MailAddress {
  return new AddressParser(text).parse();
}

const atext = /^[\p{L}\p{N}\p{M}\p{S}\p{P}]$/u;
const specials = '()<>[]:;@\\,."';
const maxComments = 50;

class AddressParser {
  private at = 0;

  constructor(private readonly text: string) {}

  parse(): MailAddress {
    this.skipBlanks();
    if (this.atEnd()) throw fail('no address');
    const plain = this.attempt(() => this.addrSpec());
    const result = plain === undefined ? this.nameAndAngle() : { name: this.trailingComment(), address: plain };
    this.skipCommentsAndBlanks();
    if (!this.atEnd()) throw fail(`expected single address, got ${quote(this.text.slice(this.at))}`);
    return result;
  }

  private trailingComment(): string {
    this.skipBlanks();
    return this.peek() === '(' ? this.comment().trim() : '';
  }

  private nameAndAngle(): MailAddress {
    const name = this.peek() === '<' ? '' : this.phrase();
    this.skipBlanks();
    if (this.peek() !== '<') throw fail(isAtom(name) ? "missing '@' or angle-addr" : 'no angle-addr');
    this.at++;
    const address = this.addrSpec();
    if (this.peek() !== '>') throw fail('unclosed angle-addr');
    this.at++;
    return { name, address };
  }

  private addrSpec(): string {
    this.skipBlanks();
    if (this.atEnd()) throw fail('no addr-spec');
    const local = this.peek() === '"' ? this.quotedString() : this.dotAtom();
    if (local === '') throw fail('empty quoted string in addr-spec');
    if (this.peek() !== '@') throw fail('missing @ in addr-spec');
    this.at++;
    this.skipBlanks();
    if (this.atEnd()) throw fail('no domain in addr-spec');
    return `${local}@${this.dotAtom()}`;
  }

  private dotAtom(): string {
    const atom = this.atomCharacters(true);
    if (atom === '') throw fail('invalid string');
    if (atom.startsWith('.')) throw fail('leading dot in atom');
    if (atom.includes('..')) throw fail('double dot in atom');
    if (atom.endsWith('.')) throw fail('trailing dot in atom');
    return atom;
  }

  private atomCharacters(dots: boolean): string {
    const start = this.at;
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined || !(isAtomCharacter(character) || (dots && character === '.'))) return this.text.slice(start, this.at);
      this.at++;
    }
  }

  private phrase(): string {
    const words: string[] = [];
    for (;;) {
      this.skipBlanks();
      const next = this.peek();
      const word = next === '"' ? this.quotedString() : this.atomCharacters(true);
      if (word === '') break;
      words.push(word);
    }
    if (words.length === 0) throw fail('missing word in phrase: mail: invalid string');
    return words.join(' ');
  }

  private quotedString(): string {
    let content = '';
    for (this.at++; ; this.at++) {
      const character = this.text[this.at];
      if (character === undefined) throw fail('unclosed quoted-string');
      if (character === '"') break;
      if (character === '\\') content += this.text[++this.at] ?? '';
      else if (character < ' ' && character !== '\t') throw fail('bad character in quoted-string');
      else content += character;
    }
    this.at++;
    return content;
  }

  private comment(): string {
    let depth = 0;
    const start = this.at + 1;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character === '\\') this.at++;
      else if (character === '(') depth++;
      else if (character === ')' && --depth === 0) return this.text.slice(start, this.at++);
      if (depth > maxComments) break;
    }
    throw fail('misformatted parenthetical comment');
  }

  private skipCommentsAndBlanks(): void {
    this.skipBlanks();
    while (this.peek() === '(') {
      this.comment();
      this.skipBlanks();
    }
  }

  private skipBlanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.at++;
  }

  private attempt(parse: () => string): string | undefined {
    const start = this.at;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof EvalError)) throw error;
      this.at = start;
      return undefined;
    }
  }

  private peek(): string | undefined {
    return this.text[this.at];
  }

  private atEnd(): boolean {
    return this.at >= this.text.length;
  }
}

function isAtomCharacter(character: string): boolean {
  return !specials.includes(character) && (atext.test(character) || character > '\x7f');
}

function isAtom(name: string): boolean {
  return Array.from(name).every((character) => character === '.' || isAtomCharacter(character));
}

function fail(message: string): EvalError {
  return new EvalError(`mail: ${message}`);
}
