import type { RuntimeName } from './runtime.js';

/** A constant of the program, by its place in the constants array: `k0`, `k1`, ... */
export type ConstantName = `k${number}`;

/**
 * JavaScript being written. It grows only by this class's methods, and no method takes text that an expression holds:
 * names, keys, patterns and values all become entries of the constants array, known in the code by their number.
 */
export class SourceBuilder {
  readonly constants: unknown[] = [];
  private readonly known = new Map<unknown, ConstantName>();
  private temporaries = 0;

  constant(value: unknown): ConstantName {
    const name = this.known.get(value) ?? this.addConstant(value);
    return name;
  }

  private addConstant(value: unknown): ConstantName {
    const name: ConstantName = `k${this.constants.length}`;
    this.constants.push(value);
    this.known.set(value, name);
    return name;
  }

  temporary(): `t${number}` {
    return `t${this.temporaries++}`;
  }

  call(name: RuntimeName, ...args: readonly string[]): string {
    return `${name}(${args.join(',')})`;
  }

  /** The whole body of `new Function('h', 'k', body)`, which gives the function from bag to value. */
  body(expression: string, helpers: readonly RuntimeName[]): string {
    const constants = this.constants.map((_, index) => `k${index}=k[${index}]`);
    const temporaries = Array.from({ length: this.temporaries }, (_, index) => `t${index}`);
    return [
      `const {${helpers.join(',')}}=h;`,
      constants.length > 0 ? `const ${constants.join(',')};` : '',
      `return function(b){${temporaries.length > 0 ? `let ${temporaries.join(',')};` : ''}return ${expression};}`,
    ].join('');
  }
}

const token = /\s+|[A-Za-z_$][\w$]*|\d+|===|\?\?|\?\.|&&|\|\||<=|>=|[{}()[\],;=.!<>?:]/y;
const words = /^(?:const|return|function|let|void|b|h|k|get|[kt]\d+)$/;

/**
 * The proof that a body is closed: every token of it is punctuation, a number, a numbered constant or temporary, a
 * helper's name or one of nine fixed words. There are no strings, templates, regular expressions or comments, no member
 * but `get`, and no other identifier, so no global is in reach, whatever expression it came from.
 */
export function isClosed(body: string, helpers: readonly string[]): boolean {
  const allowed = new Set(helpers);
  for (token.lastIndex = 0; token.lastIndex < body.length; ) {
    const match = token.exec(body)?.[0];
    if (match === undefined) return false;
    if (/^[A-Za-z_$]/.test(match) && !words.test(match) && !allowed.has(match)) return false;
  }
  return true;
}
