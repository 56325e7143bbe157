import { describe, expect, it } from 'vitest';
import { compile } from '../testdata/fixture.js';
import { ValueType, valueTypeName } from '../value-type.js';

describe('types', () => {
  it.each([
    ['s', 'STRING'], ['1', 'INT64'], ['1.5', 'DOUBLE'], ['true', 'BOOL'], ['"10s"', 'DURATION'], ['"0"', 'DURATION'], ['"10x"', 'STRING'],
    ['ip("1.2.3.4")', 'IP_ADDRESS'], ['timestamp("x")', 'TIMESTAMP'], ['dnsName("a")', 'DNS_NAME'], ['email("a@b")', 'EMAIL_ADDRESS'], ['uri("a")', 'URI'],
    ['m', 'STRING_MAP'], ['m["k"]', 'STRING'], ['emptyStringMap()', 'STRING_MAP'], ['m | emptyStringMap()', 'STRING_MAP'], ['s == s2', 'BOOL'],
    ['i | 1', 'INT64'], ['d + 1.5', 'DOUBLE'], ['size(s)', 'INT64'], ['conditional(b, i, 2)', 'INT64'], ['EQ(i, 2)', 'BOOL'], ['ADD(s, "x")', 'STRING'],
  ])('%s is %s', (text, type) => {
    expect(valueTypeName(compile(text).type)).toBe(type);
  });
});

describe('type errors', () => {
  it.each([
    ['x', 'unknown attribute x'],
    ['source.port', 'unknown attribute source.port'],
    ['f(s)', 'unknown function: f'],
    ['!b', 'unknown function: NOT'],
    ['i - 1', 'unknown function: SUB'],
    ['i << 1', 'unknown function: '],
    ['+i', 'ADD($i) arity mismatch. Got 1 arg(s), expected 2 arg(s)'],
    ['i == true', 'EQ($i, true) arg 2 (true) typeError got BOOL, expected INT64'],
    ['s == host', 'EQ($s, $host) arg 2 ($host) typeError got DNS_NAME, expected STRING'],
    ['i == 1.0', 'EQ($i, 1.0) arg 2 (1.0) typeError got DOUBLE, expected INT64'],
    ['s == "1s"', 'EQ($s, "1s") arg 2 ("1s") typeError got DURATION, expected STRING'],
    ['s || b', 'LOR($s, $b) arg 1 ($s) typeError got STRING, expected BOOL'],
    ['s["k"]', 'INDEX($s, "k") arg 1 ($s) typeError got STRING, expected STRING_MAP'],
    ['m[1]', 'INDEX($m, 1) arg 2 (1) typeError got INT64, expected STRING'],
    ['i.startsWith("a")', '$i:startsWith("a") target typeError got INT64, expected STRING'],
    ['startsWith("a")', 'invoking instance method without an instance: startsWith'],
    ['s.match("a")', 'invoking regular function on instance method: match'],
    ['match(s)', 'match($s) arity mismatch. Got 1 arg(s), expected 2 arg(s)'],
    ['conditional(b, 1, "a")', 'conditional($b, 1, "a") arg 3 ("a") typeError got STRING, expected INT64'],
    ['dur == "1s"', 'internal compiler error -- equality for type not yet implemented: duration'],
    ['m == m2', 'internal compiler error -- equality for type not yet implemented: interface'],
    ['b < b2', 'internal compiler error -- less than for type not yet implemented: bool'],
    ['dur <= "1s"', 'internal compiler error -- less or equal for type not yet implemented: duration'],
    ['m > m2', 'internal compiler error -- greater than for type not yet implemented: interface'],
    ['ip1 >= ip2', 'internal compiler error -- greater or equal for type not yet implemented: interface'],
    ['dur + "1s"', 'internal compiler error -- Add for type not yet implemented: duration'],
    ['t + t2', 'internal compiler error -- Add for type not yet implemented: interface'],
    ['match("a", "b", x)', 'unknown attribute x'],
  ])('%s', (text, message) => {
    expect(() => compile(text)).toThrow(expect.objectContaining({ name: 'ExprError', message }));
  });

  it('knows Istio’s numbers', () => {
    expect(Object.values(ValueType)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
