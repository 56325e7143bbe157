import { expect, it } from 'vitest';
import { isExportedToAll, scopedFqdn, serviceOfHost, splitScopedFqdn } from './index.js';

it.each([
  ['cart', 'shop', 'cart'], ['cart.other.svc.cluster.local', 'other', 'cart'], ['cart.example.com', 'shop', 'cart.example.com'],
])('serviceOfHost(%s) in shop is %s/%s', (host, namespace, name) => expect(serviceOfHost(host, 'shop')).toEqual({ namespace, name }));

it.each([['*', 'cart', '*/cart.shop.svc.cluster.local'], ['shop', '*.a.b', 'shop/*.a.b'], ['*', 'a.b', '*/a.b']])('scopedFqdn(%s, shop, %s)', (scope, host, scoped) => {
  expect(scopedFqdn(scope, 'shop', host)).toBe(scoped);
  expect(splitScopedFqdn(scoped)).toEqual({ scope, fqdn: scoped.slice(scope.length + 1) });
});

it.each([[[], true], [['.'], false], [['.', '*'], true], [['x'], true]])('isExportedToAll(%j) is %s', (exportTo, all) => expect(isExportedToAll(exportTo)).toBe(all));
