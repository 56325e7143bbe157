import { describe, expect, it } from 'vitest';
import { Duration } from '../duration.js';
import { EvalError } from '../errors.js';
import { bagOf, compile, evaluate } from '../testdata/fixture.js';
import { Timestamp } from '../timestamp.js';
import type { Value } from '../value.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const map = (entries: Record<string, string> = {}): Map<string, string> => new Map(Object.entries(entries));
const mapped = bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4);

type Row = [text: string, values: Record<string, Value>, result: Value];

describe('comparison', () => {
  it.each<Row>([
    ['s == "x"', { s: 'x' }, true],
    ['s != "x"', { s: 'x' }, false],
    ['i == 9007199254740993', { i: 9007199254740993n }, true],
    ['i == 9007199254740992', { i: 9007199254740993n }, false],
    ['i < 9007199254740993', { i: 5 }, true],
    ['i > i2', { i: 9007199254740993n, i2: 7 }, true],
    ['i >= i2', { i: 7, i2: 7 }, true],
    ['i <= i2', { i: 8, i2: 7 }, false],
    ['d == d2', { d: Number.NaN, d2: Number.NaN }, true],
    ['d == d2', { d: 0, d2: -0 }, false],
    ['d < d2', { d: Number.NaN, d2: 1 }, false],
    ['d >= d2', { d: Number.NaN, d2: 1 }, false],
    ['b == true', { b: true }, true],
    ['s < s2', { s: 'B', s2: 'a' }, true],
    ['s < s2', { s: '\u{ff5e}', s2: '\u{1f600}' }, true],
    ['s >= s2', { s: 'abc', s2: 'ab' }, true],
    ['t == t2', { t: new Timestamp(5, 1), t2: new Timestamp(5, 1) }, true],
    ['t < t2', { t: new Timestamp(5, 1), t2: new Timestamp(5, 2) }, true],
    ['t >= t2', { t: new Timestamp(4, 9), t2: new Timestamp(5) }, false],
    ['ip1 == ip2', { ip1: bytes(1, 2, 3, 4), ip2: mapped }, true],
    ['ip1 == ip2', { ip1: bytes(1, 2, 3, 4), ip2: bytes(1, 2, 3, 5) }, false],
    ['host == host2', { host: 'Example.COM.', host2: 'example.com' }, true],
    ['host == host2', { host: 'bücher.de', host2: 'xn--bcher-kva.de' }, true],
    ['mail == mail2', { mail: 'a@B.c', mail2: 'a@b.C' }, true],
    ['mail == mail2', { mail: 'A@b.c', mail2: 'a@b.c' }, false],
    ['link != link2', { link: 'HTTP://a.B:80/x', link2: 'http://A.b:80/x' }, false],
  ])('%s with %o', (text, values, result) => {
    expect(evaluate(text, values)).toBe(result);
  });
});

describe('logic and arithmetic', () => {
  it.each<Row>([
    ['b && b2', { b: false }, false],
    ['b || b2', { b: true }, true],
    ['b && b2', { b: true, b2: true }, true],
    ['b || b2', { b: false, b2: false }, false],
    ['i + 1', { i: 9007199254740991 }, 9007199254740992n],
    ['i + i2', { i: 9223372036854775807n, i2: 1 }, -9223372036854775808n],
    ['i + i2', { i: 9007199254740993n, i2: -10 }, 9007199254740983],
    ['d + 0.5', { d: 1 }, 1.5],
    ['s + "é" + s2', { s: 'a', s2: 'b' }, 'aéb'],
    ['size(s)', { s: 'aé€😀' }, 10],
    ['conditional(b, s, s2)', { b: true, s: 'x' }, 'x'],
    ['conditional(b, s, s2)', { b: false, s2: 'y' }, 'y'],
    ['conditionalString(b, "x", "y")', { b: false }, 'y'],
  ])('%s with %o', (text, values, result) => {
    expect(evaluate(text, values)).toBe(result);
  });
});

describe('presence', () => {
  it.each<Row>([
    ['s | "x"', { s: '' }, ''],
    ['s | "x"', {}, 'x'],
    ['b | true', { b: false }, false],
    ['i | 5', { i: 0 }, 0],
    ['s | s2 | "x"', { s2: 'y' }, 'y'],
    ['m["k"] | "x"', {}, 'x'],
    ['m["k"] | "x"', { m: map() }, 'x'],
    ['m["k"] | "x"', { m: map({ k: '' }) }, ''],
    ['m[s] | "x"', { m: map({ k: 'v' }) }, 'x'],
    ['m[s] | "x"', { m: map({ k: 'v' }), s: 'k' }, 'v'],
    ['m[s | "k"] | "x"', { m: map({ k: 'v' }) }, 'v'],
    ['(m | m2)["k"]', { m2: map({ k: 'v' }) }, 'v'],
    ['m["k"]', { m: map() }, ''],
    ['m["a"] | m["b"] | s | "x"', { m: map({ b: 'v' }) }, 'v'],
    ['dur | "1m"', {}, new Duration(60)],
    ['s | (s2 | "x")', {}, 'x'],
    // What cannot be absent kills the rest, ...
    ['"a" | s', { s: 'x' }, 'a'],
    ['toLower("A") | s', { s: 'x' }, 'a'],
    ['conditional(b, "x", "y") | s', { b: true, s: 'z' }, 'x'],
    // ... except for operators, whose value is always passed over.
    ['(s == "x") | false', { s: 'x' }, false],
    ['(b || b2) | false', { b: true }, false],
    ['(i + 1) | 7', { i: 1 }, 7],
    ['size(s) | 7', { s: 'a' }, 7],
    ['m["a" + "b"] | "x"', { m: map({ ab: 'v' }) }, 'x'],
    ['(s == "x") | (b | b2)', { s: 'x' }, true],
  ])('%s with %o', (text, values, result) => {
    expect(evaluate(text, values)).toEqual(result);
  });
});

describe('functions', () => {
  it.each<Row>([
    ['match(s, "a*")', { s: 'abc' }, true],
    ['match(s, "*c")', { s: 'abc' }, true],
    ['match(s, "a*c")', { s: 'abc' }, false],
    ['match(s, "*b*")', { s: '*bx' }, true],
    ['match(s, "*b*")', { s: 'abc' }, false],
    ['match(s, "*")', { s: '' }, true],
    ['"a.c".matches(s)', { s: 'xabcx' }, true],
    ['"^a.c$".matches(s)', { s: 'xabcx' }, false],
    ['s.startsWith("a")', { s: 'abc' }, true],
    ['s.endsWith("c")', { s: 'abc' }, true],
    ['toLower("ÀΣ")', {}, 'àσ'],
    ['match("a", "b", "b*")', {}, true],
    ['ip("::1")', {}, bytes(...Array<number>(15).fill(0), 1)],
    ['ip("1.2.3.4")', {}, mapped],
    ['timestamp("2020-02-29T00:00:00.5+01:00")', {}, new Timestamp(1582930800, 500_000_000)],
    ['emptyStringMap()', {}, map()],
    ['"\\x41\\u00e9\\n"', {}, 'Aé\n'],
    ['`a\\n`', {}, 'a\\n'],
  ])('%s with %o', (text, values, result) => {
    expect(evaluate(text, values)).toEqual(result);
  });
});

describe('errors', () => {
  it.each<[string, Record<string, Value>, string]>([
    ['s', {}, "lookup failed: 's'"],
    ['m["k"] == "x"', {}, "lookup failed: 'm'"],
    ['m[s] == "x"', { m: map() }, "lookup failed: 's'"],
    ['toLower(s) | "x"', {}, "lookup failed: 's'"],
    ['s | s2', {}, "lookup failed: 's2'"],
    ['s | (s2 | m["k"])', {}, 'stack underflow'],
    ['b && b2', { b: true }, "lookup failed: 'b2'"],
    ['s', { s: 20 }, "error converting value to string: '20'"],
    ['s | "x"', { s: true }, "error converting value to string: 'true'"],
    ['i', { i: 'x' }, "error converting value to integer or duration: 'x'"],
    ['i', { i: 1.5 }, "error converting value to integer or duration: '1.5'"],
    ['d', { d: 'x' }, "error converting value to double: 'x'"],
    ['b', { b: 'true' }, "error converting value to bool: 'true'"],
    ['ip1 == ip2', { ip1: '1.2.3.4' }, "error converting value to IP address: '1.2.3.4'"],
    ['m["k"]', { m: new Timestamp(0) }, "error converting value to string map: '1970-01-01 00:00:00 +0000 UTC'"],
    ['"(".matches("a")', {}, 'error parsing regexp: missing closing ): `(`'],
    ['ip("1.2.3")', {}, 'could not convert 1.2.3 to IP_ADDRESS'],
    ['timestamp("2020-02-30T00:00:00Z")', {}, "could not convert '2020-02-30T00:00:00Z' to TIMESTAMP. expected format: '2006-01-02T15:04:05Z07:00'"],
    ['dnsName("-a.b")', {}, "error converting '-a.b' to dns name: 'idna: invalid label \"-a\"'"],
    ['email("a <b@c>")', {}, "error converting 'a <b@c>' to e-mail: display names are not allowed"],
    ['uri("%zz")', {}, "error converting string to uri '%zz': 'parse %zz: invalid URL escape \"%zz\"'"],
  ])('%s with %o', (text, values, message) => {
    expect(() => evaluate(text, values)).toThrow(expect.objectContaining({ name: 'EvalError', message }));
  });

  it('of an absent attribute name it', () => {
    const failure = (() => {
      try {
        return evaluate('source.name == "x"');
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(EvalError);
    expect((failure as EvalError).attribute).toBe('source.name');
  });
});

describe('references', () => {
  it.each<[string, Record<string, Value>, string[]]>([
    ['b || s == "x"', { b: true, s: 'x' }, ['b EXACT']],
    ['b && s == "x"', { b: false, s: 'x' }, ['b EXACT']],
    ['s | s2 | "x"', { s2: 'y' }, ['s ABSENCE', 's2 EXACT']],
    ['m["a"] | m["b"] | "x"', { m: map({ b: 'v' }) }, ['m[a] ABSENCE', 'm[b] EXACT']],
    ['m["a"] | "x"', {}, ['m ABSENCE']],
    ['m[s] | "x"', { s: 'k' }, ['m ABSENCE']],
    ['conditional(b, s, s2)', { b: true, s: 'x', s2: 'y' }, ['b EXACT', 's EXACT']],
    ['conditionalString(b, s, s2)', { b: true, s: 'x', s2: 'y' }, ['b EXACT', 's EXACT', 's2 EXACT']],
  ])('of %s with %o', (text, values, references) => {
    const bag = bagOf(values);
    compile(text).eval(bag);
    expect(bag.references()).toEqual(references);
  });

  it('are recorded before a failure, too', () => {
    const bag = bagOf({ b: true });
    expect(() => compile('b && s == "x"').eval(bag)).toThrow();
    expect(bag.references()).toEqual(['b EXACT', 's ABSENCE']);
  });
});

describe('a compiled expression', () => {
  it('answers booleans only if it is one', () => {
    expect(compile('b').evalBoolean(bagOf({ b: true }))).toBe(true);
    expect(() => compile('s').evalBoolean(bagOf({ s: 'x' }))).toThrow(EvalError);
  });

  it('asks the bag with the declared type', () => {
    const asked: [string, number][] = [];
    compile('i | 1').eval({ get: (name, declared) => void asked.push([name, declared]) });
    expect(asked).toEqual([['i', 2]]);
  });

  it('may be evaluated on many bags in turn', () => {
    const compiled = compile('m[s] | s');
    expect([compiled.eval(bagOf({ s: 'a' })), compiled.eval(bagOf({ s: 'k', m: map({ k: 'v' }) })), compiled.eval(bagOf({ s: 'b' }))]).toEqual(['a', 'v', 'b']);
  });
});
