import { expect, it } from 'vitest';
import { conditionFault } from './authorization-policy.js';
import { describeRules } from './testdata/rules.js';

describeRules({
  apiVersion: 'security.istio.io/v1beta1', kind: 'AuthorizationPolicy',
  valid: {
    selector: { matchLabels: { app: 'cart' } },
    rules: [{ from: [{ source: { principals: ['*'] } }], to: [{ operation: { ports: ['80'] } }], when: [{ key: 'source.ip', values: ['10.0.0.0/8', '::1'] }] }],
  },
  accepted: [['rules', []], ['rules', [{}]], ['selector', undefined]],
  refused: [
    ['selector.matchLabels', { app: '' }, 'may be empty', 'selector.matchLabels.app'],
    ['rules[0].when[0].key', '', 'is required'],
    ['rules[0].when[0].values', [], 'at least one value'],
    ['rules[0].when[0].values[1]', '10.0.0', 'not a valid IP address or CIDR'],
    ['rules[0].when[0].key', 'destination.labels[app]', 'is not an attribute'],
  ],
});

it.each([
  ['request.headers[x-a]', ['b'], true], ['request.headers', ['b'], false], ['request.headers[]', ['b'], false], ['request.auth.claims[iss]', [], true],
  ['destination.port', ['65535'], true], ['destination.port', ['65536'], false], ['destination.user', ['x'], false], ['experimental.envoy.filters.x', [], true],
])('condition %s %j is allowed: %s', (key, values, allowed) => expect(conditionFault(key, values) === undefined).toBe(allowed));
