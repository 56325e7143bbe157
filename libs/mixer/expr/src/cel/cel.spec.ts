import { describe, expect, it } from 'vitest';
import { Duration } from '../duration.js';
import { bagOf, compile, evaluate } from '../testdata/fixture.js';
import { Timestamp } from '../timestamp.js';
import type { Value } from '../value.js';
import { valueTypeName } from '../value-type.js';

const map = (entries: Record<string, string> = {}): Map<string, string> => new Map(Object.entries(entries));
type Row = [text: string, values: Record<string, Value>, result: Value];

describe('CEL', () => {
  it.each<Row>([
    ['1 + 2 * 3 - 4 % 3', {}, 6],
    ['-7 / 2', {}, -3],
    ['--i', { i: 4 }, 4],
    ['9223372036854775807 + 1', {}, -9223372036854775808n],
    ['-9223372036854775808', {}, -9223372036854775808n],
    ['0x1F', {}, 31],
    ['1.5e1 / 2.0', {}, 7.5],
    ['s + "b" == "ab"', { s: 'a' }, true],
    ["'a\\'b' + r'\\n' + '''c''' + \"\\u00e9\"", {}, "a'b\\ncé"],
    ['b ? "x" : "y"', {}, 'y'],
    ['!b && !(i > 3)', {}, true],
    ['i in [1, 2]', { i: 2 }, true],
    ['"k" in m', { m: map({ k: '' }) }, true],
    ['m.k', { m: map({ k: 'v' }) }, 'v'],
    ['has(m.k)', {}, false],
    ['has(source.name)', { 'source.name': '' }, true],
    ['s', {}, ''],
    ['dur', {}, new Duration(0)],
    ['t + duration("90s")', { t: new Timestamp(10) }, new Timestamp(100)],
    ['t2 - t', { t: new Timestamp(10), t2: new Timestamp(12, 5) }, new Duration(2, 5)],
    ['ip1 == ip("1.2.3.4")', { ip1: Uint8Array.from([1, 2, 3, 4]) }, true],
    ['host == dnsName("A.b")', { host: 'a.B' }, true],
    ['conditional(b, "x", "y")', { b: true }, 'x'],
    ['pick(source.name, m["k"], "z")', { m: map({ k: 'v' }) }, 'v'],
    ['pick(source.name, m["k"], "z")', {}, 'z'],
    ['pick(s, "z")', {}, ''],
    ['size("a€😀")', {}, 3],
    ['"abc".matches("b")', {}, true],
    ['string(1) + string(1.5) + string(true)', {}, '11.5true'],
    ['int("12") + int(3.6) + int(timestamp("1970-01-01T00:00:05Z"))', {}, 21],
    ['timestamp("2020-02-03T04:05:06Z").getFullYear() + timestamp("2020-02-03T04:05:06Z").getHours("-05:00")', {}, 2043],
    ['[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6]', {}, true],
    ['[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2].exists_one(x, x == 2)', {}, true],
    ['{"a": 1, "b": 2}["b"]', {}, 2],
    ['type(i) == int && type(type(i)) == type', {}, true],
    ['toLower("A") + reverse("ab") + "ab".reverse()', {}, 'ababa'],
    ['b || 1/0 == 1', { b: true }, true],
    ['1/0 == 1 || b', { b: true }, true],
    ['emptyStringMap()', {}, map()],
  ])('%s with %o', (text, values, result) => {
    expect(evaluate(text, values, 'CEL')).toEqual(result);
  });

  it.each<[string, string]>([
    ['m["k"]', "no such key: 'k'"],
    ['1/0', 'divide by zero'],
    ['1%0', 'modulus by zero'],
    ['[1][1]', "index '1' out of range in list size '1'"],
    ['b && 1/0 == 1 || 1%0 == 1', 'modulus by zero'],
    ['size(m)', 'size not implemented on stringmaps'],
    ['m == m', 'stringmap does not support equality'],
    ['duration("x")', "type conversion error from 'string' to 'google.protobuf.Duration'"],
    ['[1]', 'failed to recover of type list'],
    ['1u', 'failed to recover of type uint'],
    ['"a".matches("(")', 'error parsing regexp: missing closing ): `(`'],
  ])('%s fails: %s', (text, message) => {
    expect(() => evaluate(text, {}, 'CEL')).toThrow(expect.objectContaining({ name: 'EvalError', message }));
  });

  it.each<[string, string]>([
    ['x', "ERROR: <input>:1:1: undeclared reference to 'x' (in container '')\n | x\n | ^"],
    ['i +\n  s', "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | i +\n | ..^"],
    ['source.port', "undefined field 'port'"],
    ['i.x', "type 'int' does not support field selection"],
    ['f(i)', "undeclared reference to 'f'"],
    ['i.size()', "applied to 'int.()'"],
    ['has(i)', 'invalid argument to has() macro'],
    ['pick()', 'pick() needs an argument'],
    ['[1].all(1, true)', 'argument must be a simple name'],
    ['[1].all(x, x)', "expected type 'bool' but found 'int'"],
    ['"a".map(x, x)', "cannot be range of a comprehension"],
    ['1 +', "Syntax error: mismatched input '<EOF>'"],
    ['"a', 'string is not terminated'],
    ['"\\q"', 'unknown escape sequence'],
    ['a # b', "token recognition error at: '#'"],
    ['9223372036854775808', 'invalid int literal'],
    ['Foo{}', "undeclared reference to 'Foo'"],
  ])('%s does not compile', (text, message) => {
    expect(() => compile(text, 'CEL')).toThrow(expect.objectContaining({ name: 'ExprError', message: expect.stringContaining(message) }));
  });

  it('reads only what decides', () => {
    const bag = bagOf({ b: true, 'source.name': 'x' });
    compile('b || i == 1 ? pick(source.name, s) : s2', 'CEL').eval(bag);
    expect(bag.references()).toEqual(['b EXACT', 'source.name EXACT']);
  });

  it('refuses depth that would exhaust its stack', () => {
    for (const text of ['('.repeat(5000), `${'['.repeat(5000)}`, `i${'.x'.repeat(5000)}`, Array(5000).fill('i').join('+'), Array(200).fill(`(${Array(900).fill('i').join('+')})`).join('+')]) {
      expect(() => compile(text, 'CEL').type).toSatisfy((run: () => unknown) => {
        try {
          run();
          return true;
        } catch (error) {
          return (error as Error).name === 'ExprError';
        }
      });
    }
  });
});

describe('COMPAT', () => {
  it.each<Row>([
    ['s | "x"', {}, ''],
    ['source.name | "x"', {}, 'x'],
    ['m["k"] | "x"', {}, 'x'],
    ['source.name | m["k"] | "x"', { m: map({ k: 'v' }) }, 'v'],
    ['dur | "1m"', {}, new Duration(0)],
    ['source.name | "a" + "b"', {}, 'ab'],
    ['s == `a` || true', {}, true],
    ['conditional(b, "1s", "2s")', {}, new Duration(2)],
    ['"abc".matches("b")', {}, true],
  ])('%s with %o', (text, values, result) => {
    expect(evaluate(text, values, 'COMPAT')).toEqual(result);
  });

  it('has types of attributes', () => {
    expect(['ip("1.2.3.4")', 'dur | "1s"', 'm', '{"a": 1}'].map((text) => valueTypeName(compile(text, text.startsWith('{') ? 'CEL' : 'COMPAT').type))).toEqual([
      'IP_ADDRESS', 'DURATION', 'STRING_MAP', 'VALUE_TYPE_UNSPECIFIED',
    ]);
  });

  it('reports syntax in CEXL’s words', () => {
    expect(() => compile('s ==', 'COMPAT')).toThrow("unable to parse expression 's ==': 1:5: expected operand, found 'EOF'");
    expect(() => compile('s & s2', 'COMPAT')).toThrow("undeclared reference to '_&_'");
  });
});
