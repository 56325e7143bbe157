import { expect, it } from 'vitest';
import { labels } from './index.js';

it.each([
  [{}, {}, true], [{}, { a: '1' }, true], [undefined, { a: '1' }, true], [{ a: '1' }, { a: '1', b: '2' }, true],
  [{ a: '1' }, { a: '2' }, false], [{ a: '1' }, {}, false], [{ a: '1' }, undefined, false],
])('selector %j selects %j: %s', (selector, of, expected) => expect(labels.selects(selector, of)).toBe(expected));

it('someSelects is true of an empty collection', () => {
  expect(labels.someSelects([], { a: '1' })).toBe(true);
  expect(labels.someSelects([{ a: '2' }, { b: '1' }], { b: '1' })).toBe(true);
  expect(labels.someSelects([{ a: '2' }], { b: '1' })).toBe(false);
});

it('equal and format do not depend on order', () => {
  expect(labels.equal({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
  expect(labels.equal({ a: '1' }, { a: '1', b: '2' })).toBe(false);
  expect(labels.format({ b: '2', a: '1' })).toBe('a=1,b=2');
});
