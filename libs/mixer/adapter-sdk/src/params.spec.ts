import { describe, expect, it } from 'vitest';
import { params as p } from './index.js';

const schema = p.message({
  name: p.string('none'),
  maxAmount: p.integer(3),
  validDuration: p.duration('1s'),
  kind: p.enumeration({ STRINGS: 0, REGEX: 3 }, 'STRINGS'),
  quotas: p.repeated(p.nested({ name: p.string(), overrides: p.mapOf(p.string()) })),
});

describe('params', () => {
  it.each<[string, unknown, object]>([
    ['nothing', undefined, { name: 'none', maxAmount: 3, validDuration: 1000, kind: 'STRINGS', quotas: [] }],
    ['camelCase', { maxAmount: 5, validDuration: '1m30s' }, { maxAmount: 5, validDuration: 90_000 }],
    ['snake_case', { max_amount: '7', valid_duration: '0.5s' }, { maxAmount: 7, validDuration: 500 }],
    ['an enum by name', { kind: 'REGEX' }, { kind: 'REGEX' }],
    ['an enum by number', { kind: 3 }, { kind: 'REGEX' }],
    ['nested messages', { quotas: [{ name: 'q', overrides: { a: 'b' } }] }, { quotas: [{ name: 'q', overrides: { a: 'b' } }] }],
  ])('reads %s', (_, json, expected) => {
    const { params, problems } = schema.parse(json);
    expect(problems).toEqual([]);
    expect(params).toMatchObject(expected);
  });

  it.each<[unknown, string]>([
    [{ nosuch: 1 }, 'nosuch'],
    [{ maxAmount: 'many' }, 'maxAmount'],
    [{ validDuration: 'soon' }, 'validDuration'],
    [{ kind: 'BOTH' }, 'kind'],
    [{ quotas: [{}, { nme: 'q' }] }, 'quotas[1].nme'],
  ])('names the field at fault in %j', (json, path) => {
    expect(schema.parse(json).problems.map((problem) => problem.path)).toEqual([path]);
  });

  it('keeps what is right beside what is not', () => {
    expect(schema.parse({ maxAmount: 9, nosuch: 1, kind: 'BOTH' }).params).toMatchObject({ maxAmount: 9, kind: 'STRINGS' });
  });
});
