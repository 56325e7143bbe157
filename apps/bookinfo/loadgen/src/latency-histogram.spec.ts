import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('LatencyHistogram', () => {
  it('is empty at first', () => {
    expect(histogramOf([])).toMatchObject({ count: 0, min: 0, max: 0, mean: 0 });
    expect(histogramOf([]).percentile(99)).toBe(0);
  });

  it('has exact percentiles of small values', () => {
    const histogram = histogramOf(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect([50, 90, 99, 99.9, 100].map((percent) => histogram.percentile(percent))).toEqual([500, 900, 990, 999, 1000]);
    expect(histogram).toMatchObject({ count: 1000, min: 1, max: 1000, mean: 500.5 });
  });

  it('is never below the true percentile, nor 0.1 % above it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_600_000_000 }), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const exact = values.toSorted((a, b) => a - b)[Math.ceil((percent / 100) * values.length) - 1] ?? 0;
        const found = histogramOf(values).percentile(percent);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(exact * 1.001 + 1);
      }),
    );
  });
});
