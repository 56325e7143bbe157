import { expect, it } from 'vitest';
import { parseJwksUri } from './jwks-uri.js';
import { describeRules, problemsOf } from './testdata/rules.js';

const policy = { apiVersion: 'authentication.istio.io/v1alpha1', kind: 'Policy' };

describeRules({
  ...policy, name: 'cart',
  valid: {
    targets: [{ name: 'cart', ports: [{ number: 80 }, { name: 'http' }] }],
    peers: [{ mtls: { mode: 'PERMISSIVE' } }, { jwt: { issuer: 'https://peers.example.com' } }],
    origins: [{ jwt: { issuer: 'https://id.example.com', audiences: ['cart'], jwksUri: 'https://id.example.com/keys', jwtHeaders: ['x-token'] } }],
    principalBinding: 'USE_ORIGIN',
  },
  refused: [
    ['targets[0].name', 'cart.shop', 'is not a label'],
    ['targets[0].ports[0]', {}, 'needs a name or a number'],
    ['targets[0].ports[0].number', 0, 'range 1..65535'],
    ['targets[0].ports[1].name', 'a_b', 'is not a label'],
    ['origins[0]', {}, 'is required', 'origins[0].jwt'],
    ['origins[0].jwt.issuer', '', 'is required'],
    ['origins[0].jwt.issuer', 'https://peers.example.com', 'is the issuer of another method'],
    ['origins[0].jwt.audiences[0]', '', 'must not be empty'],
    ['origins[0].jwt.jwksUri', 'id.example.com', 'is not an http or https URI'],
  ],
});

it.each([
  ['cart', 'shop', {}, 'a policy without targets must be named "default"'],
  ['default', 'shop', { targets: [{ name: 'cart' }] }, 'a policy named "default" has no targets'],
])('names: %s in %s', (name, namespace, spec, message) => {
  expect(problemsOf({ ...policy, name, namespace }, spec)).toEqual([expect.stringContaining(message)]);
});

it('has one mesh policy, without targets', () => {
  const mesh = { ...policy, kind: 'MeshPolicy', namespace: '' };
  expect(problemsOf({ ...mesh, name: 'default' }, { peers: [{ mtls: {} }] })).toEqual([]);
  expect(problemsOf({ ...mesh, name: 'other' }, { targets: [{ name: 'cart' }] })).toEqual([
    expect.stringMatching(/^metadata.name: .*must be named "default"/), expect.stringMatching(/^spec.targets: .*no targets/),
  ]);
});

it.each([
  ['http://a.example.com', { scheme: 'http', hostname: 'a.example.com', port: 80, useSsl: false }],
  ['https://[::1]:8443/keys?x', { scheme: 'https', hostname: '::1', port: 8443, useSsl: true }],
  ['ftp://a.example.com', undefined], ['https://a.example.com:x/', undefined], ['https://a.example.com:99999', undefined],
])('parseJwksUri(%s)', (uri, expected) => expect(parseJwksUri(uri)).toEqual(expected));
