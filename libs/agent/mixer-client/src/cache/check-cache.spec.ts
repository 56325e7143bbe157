import { describe, expect, it } from 'vitest';
import type { AttributeBag, AttributeValue } from '../attributes/value.js';
import { ABSENCE, answer, EXACT, REGEX, type AnswerParts, type Match } from '../testdata/answers.js';
import { CheckCache } from './check-cache.js';

const bag = (entries: Record<string, AttributeValue>): AttributeBag => new Map(Object.entries(entries));
const headers = (entries: Record<string, string>): AttributeBag => bag({ 'request.headers': new Map(Object.entries(entries)) });

function cacheWith(request: AttributeBag, parts: AnswerParts, size = 100): CheckCache {
  const cache = new CheckCache(size);
  cache.store(request, answer(parts).precondition!, 0);
  return cache;
}

const get: Match[] = [[EXACT, 'request.method']];

describe('check cache', () => {
  it.each<[string, Match[], AttributeBag, AttributeBag, boolean]>([
    ['the same value', get, bag({ 'request.method': 'GET', 'request.path': '/a' }), bag({ 'request.method': 'GET', 'request.path': '/b' }), true],
    ['another value', get, bag({ 'request.method': 'GET' }), bag({ 'request.method': 'PUT' }), false],
    ['a missing value', get, bag({ 'request.method': 'GET' }), bag({}), false],
    ['a present value that was absent', [[ABSENCE, 'source.uid']], bag({}), bag({ 'source.uid': 'x' }), false],
    ['an absent value that was absent', [[ABSENCE, 'source.uid']], bag({}), bag({ a: 'x' }), true],
    ['the same key of a map', [[EXACT, 'request.headers', 'user']], headers({ user: 'x', a: '1' }), headers({ user: 'x', a: '2' }), true],
    ['another value of a map key', [[EXACT, 'request.headers', 'user']], headers({ user: 'x' }), headers({ user: 'y' }), false],
    ['an absent map key', [[ABSENCE, 'request.headers', 'user']], headers({ a: '1' }), headers({ b: '1' }), true],
    ['a present map key that was absent', [[ABSENCE, 'request.headers', 'user']], headers({ a: '1' }), headers({ user: '1' }), false],
    ['no reference at all', [], bag({ a: '1' }), bag({ b: '1' }), true],
    ['values that only join to the same text', [[EXACT, 'a'], [EXACT, 'b']], bag({ a: 'x', b: 'yz' }), bag({ a: 'xy', b: 'z' }), false],
    ['equal bytes', [[EXACT, 'source.ip']], bag({ 'source.ip': Uint8Array.of(10, 0, 0, 1) }), bag({ 'source.ip': Buffer.of(10, 0, 0, 1) }), true],
    ['other bytes', [[EXACT, 'source.ip']], bag({ 'source.ip': Uint8Array.of(10, 0, 0, 1) }), bag({ 'source.ip': Uint8Array.of(10, 0, 0, 2) }), false],
  ])('answers by %s', (_name, matches, first, second, hit) => {
    expect(cacheWith(first, { matches }).lookUp(second, 1) !== undefined).toBe(hit);
  });

  it.each<[string, AnswerParts]>([
    ['a REGEX condition', { matches: [[REGEX, 'request.method']] }],
    ['an answer that does not match its own request', { matches: [[EXACT, 'destination.uid']] }],
    ['use count 0', { matches: get, useCount: 0 }],
    ['UNAVAILABLE', { matches: get, code: 14 }],
    ['NOT_FOUND', { matches: get, code: 5 }],
  ])('does not keep %s', (_name, parts) => {
    const request = bag({ 'request.method': 'GET' });
    expect(cacheWith(request, parts).lookUp(request, 1)).toBeUndefined();
  });

  it('does not keep an answer with a word that nobody knows', () => {
    const request = bag({ 'request.method': 'GET' });
    const cache = new CheckCache(10);
    const { precondition } = answer();
    precondition!.referencedAttributes = { words: [], attributeMatches: [{ name: -3, condition: EXACT, regex: '', mapKey: 0 }] };
    cache.store(request, precondition!, 0);
    expect(cache.size).toBe(0);
  });

  it('keeps denials', () => {
    const request = bag({ 'request.method': 'GET' });
    const verdict = cacheWith(request, { matches: get, code: 7, message: 'no' }).lookUp(request, 1);
    expect(verdict).toMatchObject({ status: { code: 7, message: 'no' }, cacheHit: { check: true, quota: false }, ok: false });
  });

  it('ends after valid_duration', () => {
    const request = bag({ 'request.method': 'GET' });
    const cache = cacheWith(request, { matches: get, validSeconds: 2 });
    expect(cache.lookUp(request, 2000)).toBeDefined();
    expect(cache.lookUp(request, 2001)).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it.each([[2, 2], [-1, 50]])('with use count %i answers %i times', (useCount, times) => {
    const request = bag({ 'request.method': 'GET' });
    const cache = cacheWith(request, { matches: get, useCount });
    for (let i = 0; i < times; i++) expect(cache.lookUp(request, 1)).toBeDefined();
    expect(cache.lookUp(request, 1) === undefined).toBe(useCount > 0);
  });

  it('forgets the least recently used entry when it is full', () => {
    const cache = new CheckCache(2);
    const request = (method: string): AttributeBag => bag({ 'request.method': method });
    const store = (method: string): void => cache.store(request(method), answer({ matches: get }).precondition!, 0);
    store('A');
    store('B');
    cache.lookUp(request('A'), 1);
    store('C');
    expect(['A', 'B', 'C'].map((method) => cache.lookUp(request(method), 1) !== undefined)).toEqual([true, false, true]);
  });

  it('keeps several shapes apart', () => {
    const cache = new CheckCache(10);
    cache.store(bag({ 'request.method': 'GET' }), answer({ matches: [[EXACT, 'request.method'], [ABSENCE, 'source.uid']], code: 7 }).precondition!, 0);
    cache.store(bag({ 'request.method': 'GET', 'source.uid': 'x' }), answer({ matches: [[EXACT, 'request.method'], [EXACT, 'source.uid']] }).precondition!, 0);
    expect(cache.lookUp(bag({ 'request.method': 'GET' }), 1)?.ok).toBe(false);
    expect(cache.lookUp(bag({ 'request.method': 'GET', 'source.uid': 'x' }), 1)?.ok).toBe(true);
    expect(cache.lookUp(bag({ 'request.method': 'GET', 'source.uid': 'y' }), 1)).toBeUndefined();
  });

  it('is off at size 0', () => {
    expect(cacheWith(bag({}), {}, 0).lookUp(bag({}), 1)).toBeUndefined();
  });
});
