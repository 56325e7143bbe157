import { describe, expect, it } from 'vitest';
import { Duration, ipText, parseIp, stringEquals, stringify, Timestamp, type Value } from './index.js';

describe('stringify', () => {
  it.each<[Value | undefined, string]>([
    [undefined, ''],
    ['text', 'text'],
    [12, '12'],
    [9007199254740993n, '9007199254740993'],
    [1.25, '1.25'],
    [1e21, '1000000000000000000000'],
    [1.5e-9, '0.0000000015'],
    [true, 'true'],
    [Uint8Array.of(10, 0, 0, 1), '10.0.0.1'],
    [new Timestamp(1_500_000_000, 123_456_789), '2017-07-14T02:40:00.123456Z'],
    [new Duration(1, 500_000_000), '1.5s'],
    [new Map([['b', '2'], ['a', '1']]), 'map[a:1 b:2]'],
  ])('writes %s as %s', (value, text) => {
    expect(stringify(value)).toBe(text);
  });
});

describe('stringEquals', () => {
  it.each<[Value, string, boolean]>([
    ['a', 'a', true],
    [5, '5.0', true],
    [true, 'T', true],
    [parseIp('::ffff:10.0.0.1') as Uint8Array, '10.0.0.1', true],
    [new Duration(60), '1m', true],
    [new Timestamp(0), '1970-01-01T00:00:00Z', true],
    [5, 'five', false],
    [new Map(), '', false],
  ])('%s and %s: %s', (value, text, equal) => {
    expect(stringEquals(value, text)).toBe(equal);
  });
});

describe('addresses', () => {
  it.each(['10.0.0.1', '::1', '2001:db8::ff00:42:8329', 'fe80::', '1:2:3:4:5:6:7:8'])('go to bytes and back: %s', (text) => {
    expect(ipText(parseIp(text) as Uint8Array)).toBe(text);
  });

  it.each(['', '10.0.0', '10.0.0.256', 'a::b::c', '1:2:3', '1::2:3:4:5:6:7:8', 'x'])('refuses %s', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it('prints a mapped address as IPv4', () => {
    expect(ipText(parseIp('::ffff:1.2.3.4') as Uint8Array)).toBe('1.2.3.4');
  });
});
