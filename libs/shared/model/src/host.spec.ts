import fc from 'fast-check';
import { expect, it } from 'vitest';
import { host } from './index.js';

const name = fc.array(fc.constantFrom('a', 'b', 'com'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const hostName = fc.oneof(name, name.map((tail) => `*.${tail}`), fc.constant('*'));

it('matches is symmetric, and implied by subsetOf', () => {
  fc.assert(fc.property(hostName, hostName, (a, b) => {
    expect(host.matches(a, b)).toBe(host.matches(b, a));
    if (host.subsetOf(a, b)) expect(host.matches(a, b)).toBe(true);
  }));
});

it('subsetOf is reflexive and transitive', () => {
  fc.assert(fc.property(hostName, hostName, hostName, (a, b, c) => {
    expect(host.subsetOf(a, a)).toBe(true);
    if (host.subsetOf(a, b) && host.subsetOf(b, c)) expect(host.subsetOf(a, c)).toBe(true);
  }));
});

it('an intersection is covered by both lists', () => {
  fc.assert(fc.property(fc.array(hostName, { maxLength: 4 }), fc.array(hostName, { maxLength: 4 }), (a, b) => {
    for (const common of host.intersection(a, b)) {
      expect(a.some((item) => host.subsetOf(common, item)) && b.some((item) => host.subsetOf(common, item))).toBe(true);
    }
  }));
});

it('sorts the most specific first', () => {
  expect(host.sort(['*', 'b.com', '*.b.com', 'a.b.com', '*.com', 'a.com'])).toEqual(['a.b.com', 'a.com', 'b.com', '*.b.com', '*.com', '*']);
});

it.each([['reviews', 'reviews.shop.svc.cluster.local'], ['a.b', 'a.b'], ['*', '*'], ['', '']])('resolveShortName(%s) in shop is %s', (short, full) =>
  expect(host.resolveShortName(short, 'shop', 'cluster.local')).toBe(full));

it.each([['mesh', 'mesh'], ['public', 'shop/public'], ['./public', 'shop/public'], ['edge/public', 'edge/public'], ['public.edge.svc.cluster.local', 'edge/public']])(
  'resolveGateway(%s) in shop is %s', (given, full) => expect(host.resolveGateway(given, 'shop')).toBe(full));

it('forNamespace takes what the namespace may serve', () => {
  expect(host.forNamespace(['a/x.com', '*/y.com', 'z.com', 'b/w.com'], 'a')).toEqual(['x.com', 'y.com', 'z.com']);
});
