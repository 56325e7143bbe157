import { describe, expect, it } from 'vitest';
import { MetricFamily } from './metric-family.js';
import { RecentSeries } from './recent-series.js';
import { newSeries, type Series } from './series.js';

const series = (labels: string): Series => ({ labels, updatedAtMs: 0, update: () => undefined, render: () => '' });

describe('RecentSeries', () => {
  it('finds what has the same values, and only that', () => {
    const recent = new RecentSeries();
    const [a, b] = [series('a'), series('b')];
    recent.keep(['reviews-v1', 200, ''], a);
    recent.keep(['reviews-v1', 503, ''], b);
    expect(recent.find(['reviews-v1', 200, ''])).toBe(a);
    expect(recent.find(['reviews-v1', 503, ''])).toBe(b);
    expect(recent.find(['reviews-v1', '200', ''])).toBeUndefined();
    expect(recent.find(['reviews-v1', 200])).toBeUndefined();
    expect(recent.find(['reviews-v2', 200, ''])).toBeUndefined();
  });

  it('tells apart values that share a slot: the newcomer takes it', () => {
    const recent = new RecentSeries();
    const [a, b] = [series('a'), series('b')];
    recent.keep(['abxd'], a);
    recent.keep(['cexd'], b);
    expect(recent.find(['abxd'])).toBeUndefined();
    expect(recent.find(['cexd'])).toBe(b);
  });

  it('copies the values that it keeps', () => {
    const recent = new RecentSeries();
    const values = ['a'];
    recent.keep(values, series('a'));
    values[0] = 'b';
    expect(recent.find(['a'])?.labels).toBe('a');
  });

  it('is empty after its family forgot a label set, so that no value is lost', () => {
    const definition = { name: 'm', help: 'h', kind: 'COUNTER', labelNames: ['l'], bounds: [] } as const;
    const family = new MetricFamily(definition, newSeries(definition));
    const old = family.at('x', () => ['x']);
    family.recent.keep(['x'], old);
    old.update(1, 10);
    expect(family.expire(20)).toBe(1);
    expect(family.recent.find(['x'])).toBeUndefined();
  });
});
