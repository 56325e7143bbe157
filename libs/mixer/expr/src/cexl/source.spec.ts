import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compileExpression } from '../compile.js';
import { EvalError, ExprError } from '../errors.js';
import { bagOf, compile, environment, manifest } from '../testdata/fixture.js';
import type { Value } from '../value.js';
import { checkTypes } from './check.js';
import { functionTable } from './functions.js';
import { generate } from './generate.js';
import { parseExpression } from './parse.js';
import { runtime } from './runtime.js';
import { isClosed } from './source.js';

const helpers = Object.keys(runtime);

describe('isClosed', () => {
  it.each([
    'return function(b){return string(b.get(k0,1),k1);};',
    'const k0=k[0];return function(b){let t0;return ((t0=b.get(k0,2))===void 0?void 0:t0.get(k0));};',
  ])('holds for %s', (body) => {
    expect(isClosed(body, helpers)).toBe(true);
  });

  it.each([
    'return process',
    'return globalThis.x',
    'return b.constructor',
    'return "text"',
    'return `text`',
    'return /x/',
    "return b['get']",
    'return this',
    'return new Date',
    'return import(k0)',
    'return b.get(k0)//x',
    'return \\u0070rocess',
    'return k0 + k1',
    'eval(k0)',
    'while(k0){}',
  ])('does not hold for %s', (body) => {
    expect(isClosed(body, helpers)).toBe(false);
  });
});

/** Expressions of a type, by the grammar; names and texts are hostile where they may be anything. */
const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"];process.exit(1);//', '${process.exit(1)}', '\u2028\u2029', '*/process/*', '__proto__', 'constructor', "'); throw 1; ('"),
);
const quoted = hostile.map((text) => `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"`);

const { text: textExpression, boolean: booleanExpression } = fc.letrec<{ text: string; boolean: string; int: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    quoted,
    fc.constantFrom('s', 's2', 'source.name', 'constructor.prototype', '__proto__x'),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} | ${b})`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
    tie('text').map((key) => `m[${key}]`),
    tie('text').map((a) => `toLower(${a})`),
    fc.tuple(tie('boolean'), tie('text'), tie('text')).map((args) => `conditional(${args.join(', ')})`),
  ),
  int: fc.oneof({ depthSize: 'small' }, fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String), fc.constantFrom('i', 'i2'), fc.tuple(tie('int'), tie('int')).map(([a, b]) => `(${a} + ${b})`), tie('text').map((a) => `size(${a})`)),
  boolean: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'b', 'b2'),
    fc.tuple(tie('text'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('text')).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('int'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('int')).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('boolean'), fc.constantFrom('&&', '||', '|', '=='), tie('boolean')).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `match(${a}, ${b})`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a}).startsWith(${b})`),
  ),
}));
const anyExpression = fc.oneof(textExpression, booleanExpression);

const values: fc.Arbitrary<Record<string, Value>> = fc.record(
  { s: hostile, s2: hostile, 'source.name': hostile, i: fc.maxSafeInteger(), i2: fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), b: fc.boolean(), b2: fc.boolean(), m: fc.dictionary(hostile, hostile).map((entries) => new Map(Object.entries(entries))) },
  { requiredKeys: [] },
);

describe('compilation', () => {
  it('throws nothing but ExprError, whatever the text', () => {
    const attempt = (text: string): void => {
      for (const language of ['CEXL', 'CEL', 'COMPAT'] as const) {
        try {
          compileExpression(text, environment(language));
        } catch (error) {
          if (!(error instanceof ExprError)) throw error;
        }
      }
    };
    const pieces = fc.array(fc.oneof(fc.string(), fc.constantFrom('(', ')', '[', ']', '{', '}', '"', "'", '`', '.', ',', '|', '||', '&&', '==', '!', '-', '0x', '1e', 'm', 's', 'match', 'type', '\\', '\n', '/*', '//', '?', ':', 'in', 'has', 'pick'))).map((parts) => parts.join(''));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), pieces, anyExpression), attempt), { numRuns: 1500 });
  });

  it('gives closed code, in which no text of the expression occurs', () => {
    fc.assert(
      fc.property(anyExpression, (text) => {
        const tree = parseExpressionOrSkip(text);
        const functions = functionTable();
        const types = typesOrSkip(tree);
        const { body, helpers: used } = generate(tree, types, functions);
        expect(isClosed(body, used)).toBe(true);
        expect(body).not.toMatch(/["'`\\/]/);
      }),
      { numRuns: 500 },
    );
  });

  const parseExpressionOrSkip = (text: string) => skipping(() => parseExpression(text));
  const typesOrSkip = (tree: ReturnType<typeof parseExpression>) => skipping(() => checkTypes(tree, { attributes: (name) => manifest[name], functions: functionTable() }));
  function skipping<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof ExprError) fc.pre(false);
      throw error;
    }
  }
});

/** Forms of values by type: STRING, INT64, DOUBLE, BOOL, EMAIL_ADDRESS, URI, DNS_NAME; all others are objects. */
const FORMS: Readonly<Record<number, readonly string[]>> = { 1: ['string'], 2: ['number', 'bigint'], 3: ['number'], 4: ['boolean'], 7: ['string'], 8: ['string'], 9: ['string'] };

describe('evaluation', () => {
  it('gives a value of the type or an EvalError, and reads only attributes that the expression names', () => {
    fc.assert(
      fc.property(anyExpression, values, (text, bagValues) => {
        let compiled;
        try {
          compiled = compile(text);
        } catch (error) {
          if (error instanceof ExprError) return fc.pre(false);
          throw error;
        }
        const read: string[] = [];
        const bag = bagOf(bagValues);
        try {
          const value = compiled.eval({ get: (name, type) => (read.push(name), bag.get(name, type)) });
          expect(FORMS[compiled.type] ?? ['object']).toContain(typeof value);
        } catch (error) {
          if (!(error instanceof EvalError)) throw error;
        }
        for (const name of read) expect(text).toContain(name);
      }),
      { numRuns: 1000 },
    );
  });

  it('reaches no global, by any name', () => {
    const names = ['process', 'globalThis', 'fetch', 'eval', 'Function', 'constructor', '__proto__', 'this', 'arguments', 'b', 'k', 'h', 'k0', 't0', 'runtime'];
    const touched = vi.fn();
    for (const name of names.filter((candidate) => !['eval', 'arguments', 'this'].includes(candidate) && !(candidate in globalThis))) {
      Object.defineProperty(globalThis, name, { configurable: true, get: touched });
    }
    const env = { attributes: () => 1 as const };
    for (const name of names) {
      const compiled = compileExpression(`${name} + ${name}.length + m[${name}]`.replace('m[', 'conditionalString(true, ').replace(']', ', "")'), env);
      expect(compiled.eval({ get: (asked) => `<${asked}>` })).toBe(`<${name}><${name}.length><${name}>`);
    }
    expect(touched).not.toHaveBeenCalled();
    for (const name of names) if (Object.getOwnPropertyDescriptor(globalThis, name)?.get === touched) Reflect.deleteProperty(globalThis, name);
  });
});
