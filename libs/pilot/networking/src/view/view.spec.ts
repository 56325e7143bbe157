import { describe, expect, it } from 'vitest';
import { parseProxy, Resolution, type Service } from '@quartet/model';
import { serviceDomains } from './host-domains.js';
import { applyLocality, localityMatches } from './locality.js';
import { translateRetry } from './http-route-parts.js';
import { expandPrincipal } from './rbac/trust-domain.js';
import { requestPrincipalRule } from './rbac/principal-rules.js';
import { parseClusterName } from './cluster-name.js';

const service = (hostname: string, address = '0.0.0.0'): Service => ({
  hostname, address, clusterVIPs: {}, ports: [], resolution: Resolution.ClientSideLB, meshExternal: false, serviceAccounts: [], creationTime: 0,
  attributes: { serviceRegistry: 'Kubernetes', name: '', namespace: '', uid: '', exportTo: [], clusterExternalAddresses: {} },
});
const proxyIn = (namespace: string) => parseProxy({ id: `sidecar~10.0.0.1~p.${namespace}~${namespace}.svc.cluster.local` });

describe('serviceDomains', () => {
  it.each([
    ['a.ns.svc.cluster.local', 'ns', ['a.ns.svc.cluster.local', 'a', 'a.ns.svc.cluster', 'a.ns.svc', 'a.ns']],
    ['a.ns.svc.cluster.local', 'other', ['a.ns.svc.cluster.local', 'a.ns', 'a.ns.svc.cluster', 'a.ns.svc']],
    ['example.com', 'ns', ['example.com']],
  ])('%s seen from %s', (hostname, namespace, names) => {
    expect(serviceDomains(service(hostname), 80, proxyIn(namespace))).toEqual(names.flatMap((name) => [name, `${name}:80`]));
  });

  it('adds the virtual IP, but no CIDR', () => {
    expect(serviceDomains(service('example.com', '10.1.1.1'), 80, proxyIn('ns'))).toContain('10.1.1.1:80');
    expect(serviceDomains(service('example.com', '10.1.0.0/16'), 80, proxyIn('ns'))).toHaveLength(2);
  });
});

describe('locality', () => {
  it.each([['r/z/s', 'r', true], ['r/z/s', 'r/*', true], ['r/z/s', 'r/y', false], ['r/z/s', '*', true], ['r/z', 'r/z/s', false]])('%s against %s is %s', (locality, pattern, expected) => {
    expect(localityMatches(locality, pattern)).toBe(expected);
  });

  const groups = ['r/z/s', 'r/z/t', 'r/y/s', 'q/z/s', 'p/z/s'].map((locality) => ({
    locality, priority: 0, weight: 1, endpoints: [{ family: 'tcp' as const, address: '10.0.0.1', port: 1, weight: 1, uid: '', network: '', tlsMode: '' }],
  }));

  it('ranks by nearness, and a region that is not the one to fail over to comes last', () => {
    const ranked = applyLocality(groups, 'r/z/s', { setting: { distribute: [], failover: [{ from: 'r', to: 'q' }] }, failover: true });
    expect(ranked.map(({ priority }) => priority)).toEqual([0, 1, 2, 3, 4]);
  });

  it('distributes by weight and empties what no rule names', () => {
    const shared = applyLocality(groups, 'r/z/s', { setting: { distribute: [{ from: 'r/*', to: { 'r/z/*': 80, 'q/z/s': 20 } }], failover: [] }, failover: true });
    expect(shared.map(({ weight, endpoints }) => [weight, endpoints.length])).toEqual([[40, 1], [40, 1], [1, 0], [20, 1], [1, 0]]);
  });
});

it.each([
  ['gateway-error,503', 'gateway-error', [503]],
  ['', 'connect-failure,refused-stream,unavailable,cancelled,resource-exhausted,retriable-status-codes', [503]],
  ['404, 5xx', '5xx', [404]],
])('retryOn %j', (retryOn, words, codes) => {
  expect(translateRetry({ attempts: 1, retryOn, perTryTimeout: undefined })).toMatchObject({ retryOn: words, statusCodes: codes });
});

it.each([
  ['cluster.local/ns/a/sa/b', ['local/ns/a/sa/b', 'old/ns/a/sa/b']],
  ['old/ns/a/sa/b', ['local/ns/a/sa/b', 'old/ns/a/sa/b']],
  ['foreign/ns/a/sa/b', ['foreign/ns/a/sa/b']],
  ['*', ['*']],
])('principal %s in all its trust domains', (value, expected) => expect(expandPrincipal(value, 'local', ['old'])).toEqual(expected));

describe('requestPrincipals', () => {
  const subject = (value: string) => {
    const rule = requestPrincipalRule(value, { wildcard: { regex: '.+' }, issuers: ['https://i'] });
    return rule.kind === 'or' && rule.rules[0]?.kind === 'metadata' ? rule.rules[0].match : 'nobody';
  };
  it.each([
    ['https://i/alice', { exact: 'alice' }], ['https://i/a*', { prefix: 'a' }], ['https*', { regex: '.+' }], ['*ice', { suffix: 'ice' }], ['*/alice', { exact: 'alice' }],
    ['https://other/alice', 'nobody'], ['*', { regex: '.+' }],
  ])('%s', (value, expected) => expect(subject(value)).toEqual(expected));
});

it('parses the names of clusters', () => {
  expect(parseClusterName('outbound|80|v1|h')).toEqual({ direction: 'outbound', port: 80, subset: 'v1', hostname: 'h' });
  expect(parseClusterName('outbound_.80_._.h')).toEqual({ direction: 'outbound', port: 80, subset: '', hostname: 'h' });
  expect(parseClusterName('BlackHoleCluster')).toBeUndefined();
});
