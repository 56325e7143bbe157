import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from './ip.js';
import { decodeSan, encodeSan } from './san.js';
import { formatSpiffeId, normalizeTrustDomain, parseSpiffeId } from './spiffe.js';

describe('subject alternative names', () => {
  it.each([
    [['10.0.0.1'], '300687040a000001'],
    [['a.b'], '30058203612e62'],
    [['spiffe://a', '10.0.0.1', 'b'], '3015860a7370696666653a2f2f6187040a000001820162'],
  ])('%j', (identities, hex) => {
    expect(encodeSan(identities).toString('hex')).toBe(hex);
    expect(decodeSan(Buffer.from(hex, 'hex'))).toEqual(identities);
  });

  it('read back whatever their length', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z][a-z.]{0,400}$/), { maxLength: 20 }), (names) => {
      expect(decodeSan(encodeSan(names))).toEqual(names);
    }));
  });

  it('never crash on bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        decodeSan(bytes);
      } catch (error) {
        expect((error as Error).message).toContain('failed to extract identities from SAN extension');
      }
    }));
  });
});

describe('IP addresses', () => {
  it.each(['0.0.0.0', '255.1.2.3', '::', '::1', 'fe80::1', '1:2:3:4:5:6:7:8', '2001:db8::ff00:42:8329', '1::8', '1:0:0:4::8'])('%s', (text) => {
    expect(formatIp(parseIp(text)!)).toBe(text);
  });
  it.each(['256.1.1.1', '1.2.3', 'a', '', '::1::', '1:2:3', '12345::', 'spiffe://a', '1:2:3:4:5:6:7:8:9'])('%j is none', (text) => expect(parseIp(text)).toBeUndefined());
  it('embedded v4', () => expect(formatIp(parseIp('::ffff:1.2.3.4')!)).toBe('::ffff:102:304'));
});

describe('SPIFFE ids', () => {
  it.each([['', 'cluster.local'], ['td', 'td'], ['a@b@c', 'a.b.c']])('trust domain %j is %s', (given, expected) => expect(normalizeTrustDomain(given)).toBe(expected));
  it('format and parse', () => {
    const id = { trustDomain: 'td', namespace: 'ns', serviceAccount: 'sa' };
    expect(parseSpiffeId(formatSpiffeId(id))).toEqual(id);
    for (const bad of ['', 'spiffe://td', 'spiffe://td/ns//sa/x', 'spiffe://td/ns/a/sa/b/c', 'http://td/ns/a/sa/b']) expect(() => parseSpiffeId(bad)).toThrow('is not spiffe://');
  });
});
