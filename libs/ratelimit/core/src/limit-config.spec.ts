import { expect, test } from 'vitest';
import { LimitConfigError, LimitTable, parseLimitConfig } from './index.js';

const example = `
domain: bookinfo
descriptors:
  - key: user
    rate_limit: { unit: minute, requests_per_unit: 10 }
  - key: user
    value: alice
    rateLimit: { window: 10s, requestsPerUnit: 2, name: alice }
    shadow_mode: true
  - key: path
    value: /api
    descriptors:
      - key: user
        rateLimit: { unit: SECOND, requestsPerUnit: 1 }
      - key: user
        value: root
        rateLimit: { unlimited: true }
`;
const table = new LimitTable(parseLimitConfig(example, 'example'));
const limitOf = (...pairs: [string, string][]) => table.find('bookinfo', pairs.map(([key, value]) => ({ key, value })))?.limit;

test.each([
  ['any value of a key', [['user', 'bob']], { name: 'bookinfo.user', requests: 10, windowMs: 60_000, shadow: false }],
  ['a value wins over the key alone', [['user', 'alice']], { name: 'alice', requests: 2, windowMs: 10_000, shadow: true }],
  ['nested entries, in order', [['path', '/api'], ['user', 'bob']], { name: 'bookinfo.path_/api.user', requests: 1, windowMs: 1_000, shadow: false }],
  ['an unlimited value', [['path', '/api'], ['user', 'root']], undefined],
  ['a prefix of a limited descriptor', [['path', '/api']], undefined],
  ['another order', [['user', 'bob'], ['path', '/api']], undefined],
  ['an unknown key', [['header', 'x']], undefined],
] as [string, [string, string][], object | undefined][])('%s', (_name, pairs, expected) => {
  expect(limitOf(...pairs)).toEqual(expected);
});

test('a domain knows nothing of another', () => {
  expect(table.find('other', [{ key: 'user', value: 'bob' }])).toBeUndefined();
});

test('several documents are several domains; a file of comments is none', () => {
  expect(parseLimitConfig('# one\ndomain: a\n---\n# nothing\n---\ndomain: b\n', 'f').map(({ domain }) => domain)).toEqual(['a', 'b']);
  expect(parseLimitConfig('# nothing yet\n', 'f')).toEqual([]);
});

test.each([
  ['descriptors: []', 'f: domain: Invalid input: expected string, received undefined'],
  ['domain: a\ndescriptors: [{key: k, rateLimit: {unit: week, requestsPerUnit: 1}}]', 'f: descriptors[0].rateLimit: unit "week" is none of second, minute, hour, day, month, year'],
  ['domain: a\ndescriptors: [{key: k, rateLimit: {unit: day, window: 1s, requestsPerUnit: 1}}]', 'f: descriptors[0].rateLimit: either unit or window is required'],
  ['domain: a\ndescriptors: [{key: k, rateLimit: {window: 1us, requestsPerUnit: 1}}]', 'f: descriptors[0].rateLimit: window "1us" is no duration of at least 1ms'],
  ['domain: a\ndescriptors: [{key: k, rateLimit: {unit: day}}]', 'f: descriptors[0].rateLimit: requestsPerUnit is required'],
  ['domain: a\ndescriptors: [{key: k, typo: 1}]', 'f: descriptors[0]: Unrecognized key: "typo"'],
  ['domain: [', 'f: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 10:'],
])('%j is refused', (text, message) => {
  expect(() => parseLimitConfig(text, 'f')).toThrow(new LimitConfigError(message));
});

test('what is given twice is refused', () => {
  const twice = (text: string) => () => new LimitTable(parseLimitConfig(text, 'f'));
  expect(twice('domain: a\n---\ndomain: a')).toThrow('domain a is given twice');
  expect(twice('domain: a\ndescriptors: [{key: k, value: 1}, {key: k, value: "1"}]')).toThrow('descriptor a.k_1 is given twice');
});
