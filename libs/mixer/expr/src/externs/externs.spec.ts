import { describe, expect, it } from 'vitest';
import { EvalError } from '../errors.js';
import { dnsName, dnsNameEqual } from './dns-name.js';
import { email, emailEqual, emailParts } from './email.js';
import { formatIp, ip, ipEqual, parseIp } from './ip.js';
import { decodePunycode } from './punycode.js';
import { compareUtf8, utf8Size } from './text.js';
import { uri, uriEqual } from './uri.js';

describe('ip', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::a', '2001:db8::a'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s is %s', (text, printed) => {
    expect(formatIp(ip(text))).toBe(printed);
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', '1.2.3.4::', 'fe80::1%eth0'])('%j is none', (text) => {
    expect(parseIp(text)).toBeUndefined();
    expect(() => ip(text)).toThrow(EvalError);
  });

  it('equals the same address of the other length only if that is mapped', () => {
    const four = Uint8Array.from([1, 2, 3, 4]);
    expect(ipEqual(four, ip('1.2.3.4'))).toBe(true);
    expect(ipEqual(ip('::1.2.3.4'), four)).toBe(false);
    expect(ipEqual(new Uint8Array(), four)).toBe(false);
  });
});

describe('dnsName', () => {
  it.each(['a', 'A.b', 'a.', 'x-y.z', 'bücher.de', 'xn--bcher-kva.de', 'under_score', 'a--b'])('takes %s as it is', (name) => {
    expect(dnsName(name)).toBe(name);
  });

  it.each([
    ['', ''], ['.', '.'], ['..', '..'], ['a..b', 'a..b'], ['.a', '.a'], ['-a.b', '-a'], ['a.b-', 'b-'], ['ab--c', 'ab--c'],
  ])('refuses %j for the label %j', (name, label) => {
    expect(() => dnsName(name)).toThrow(`error converting '${name}' to dns name: 'idna: invalid label "${label}"'`);
  });

  it('compares as a look-up would', () => {
    expect(dnsNameEqual('BÜCHER.de.', 'xn--bcher-kva.DE')).toBe(true);
    expect(dnsNameEqual('', '')).toBe(true);
    expect(dnsNameEqual('a', 'b')).toBe(false);
    expect(() => dnsNameEqual('a b', 'a')).toThrow('idna: disallowed rune U+0020');
    expect(() => dnsNameEqual('a_b', 'a')).toThrow('idna: disallowed rune U+005F');
  });

  it.each([['bcher-kva', 'bücher'], ['fiq228c', '中文'], ['mnchen-3ya', 'münchen'], ['', '']])('decodes %s to %s', (code, text) => {
    expect(decodePunycode(code)).toBe(text);
  });

  it.each(['!', 'a-!', 'ü'])('refuses %s as Punycode', (code) => {
    expect(decodePunycode(code)).toBeUndefined();
  });
});

describe('email', () => {
  it.each(['a@b', 'a.b+c@d.e', '"a b"@c', '"a@b"@c', '<a@b>', 'a@b (comment)', ' a@b'])('takes %s unless it has a name', (text) => {
    if (text.includes('comment')) expect(() => email(text)).toThrow('display names are not allowed');
    else expect(email(text)).toBe(text);
  });

  it.each([
    ['', 'mail: no address'],
    ['a', "mail: missing '@' or angle-addr"],
    ['"a b"', 'mail: no angle-addr'],
    ['@b', 'mail: missing word in phrase: mail: invalid string'],
    ['a@b c@d', 'mail: expected single address, got "c@d"'],
    ['<a@b', 'mail: unclosed angle-addr'],
    ['<a>', 'mail: missing @ in addr-spec'],
    ['a@-b', 'idna: invalid label "-b"'],
  ])('refuses %j', (text, reason) => {
    expect(() => email(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(reason) }));
  });

  it('compares local parts exactly, without their quotes', () => {
    expect(emailEqual('"a"@B.c', 'a@b.C')).toBe(true);
    expect(emailEqual('A@b', 'a@b')).toBe(false);
    expect(() => emailEqual('a..b@c', 'a@b')).toThrow(EvalError);
  });

  it('is split at the first @', () => {
    expect(emailParts('a@b@c')).toEqual({ local: 'a', domain: 'b@c' });
  });
});

describe('uri', () => {
  it.each(['a', '/a?b#c', 'urn:a:b', 'http://u:p@a:80/x?y#z', 'http://[::1]:80/', 'http://[fe80::1%25en0]/', '*', '?', '#', 'mailto:a@b', '//a/b', 'http://a:'])('takes %s', (text) => {
    expect(uri(text)).toBe(text);
  });

  it.each([
    [':a', 'missing protocol scheme'],
    ['a:b/c:d%', 'ok'],
    ['1a:b', 'first path segment in URL cannot contain colon'],
    ['http://a:b/', 'invalid port ":b" after host'],
    ['http://[::1', "missing ']' in host"],
    ['http://a b/', 'invalid character " " in host name'],
    ['http://a/%4', 'invalid URL escape "%4"'],
    ['http://a/\u0001', 'net/url: invalid control character in URL'],
    ['http://ü@a/', 'net/url: invalid userinfo'],
  ])('of %j says %s', (text, reason) => {
    if (reason === 'ok') expect(uri(text)).toBe(text);
    else expect(() => uri(text)).toThrow(`error converting string to uri '${text}': 'parse ${text}: ${reason}'`);
  });

  it.each([
    ['HTTP://a.B/x', 'http://A.b/x', true],
    ['http://a:80/', 'http://a/', false],
    ['http://a:/', 'http://a/', true],
    ['ftp://A/', 'ftp://a/', false],
    ['URN:a', 'urn:a', true],
    ['http://a/x', 'http://a/X', false],
    ['http://a/?q', 'http://a/', false],
    ['http://a/#%41', 'http://a/#A', true],
  ])('%s and %s: %s', (left, right, equal) => {
    expect(uriEqual(left, right)).toBe(equal);
  });
});

describe('text', () => {
  it('counts and orders by UTF-8 bytes', () => {
    const texts = ['', 'a', 'é', '€', '\ud800', '\uffee', '😀', 'a😀b'];
    for (const left of texts.filter((text) => text.isWellFormed())) {
      expect(utf8Size(left)).toBe(Buffer.byteLength(left));
      for (const right of texts.filter((text) => text.isWellFormed())) {
        expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }
    }
  });
});
