import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';
import { formatSummary, summarize } from './summary.js';

function resultOf(latenciesUs: readonly number[]) {
  const latency = new LatencyHistogram();
  for (const value of latenciesUs) latency.record(value);
  return { elapsedMs: 2000, sent: 5, shed: 1, statuses: { 200: 3, 403: 1 }, errors: { ECONNRESET: 1 }, latency };
}

describe('the summary', () => {
  it('is in seconds, milliseconds and requests a second', () => {
    expect(summarize(resultOf([1000, 2000, 3000, 4000]))).toEqual({
      seconds: 2, sent: 5, answered: 4, shed: 1, requestsPerSecond: 2, statuses: { 200: 3, 403: 1 }, errors: { ECONNRESET: 1 },
      latencyMs: { min: 1, mean: 2.5, p50: 2, p75: 3.001, p90: 4, p95: 4, p99: 4, 'p99.9': 4, max: 4 },
    });
  });

  it('reads', () => {
    expect(formatSummary(summarize(resultOf([1000])))).toMatch(/^1 of 5 requests answered in 2 s \(0\.5\/s\), 1 not sent.*\nstatuses {2}200: 3, 403: 1\nerrors {4}ECONNRESET: 1\nlatency {3}min 1 ms/s);
  });

  it('has zeros where nothing was answered', () => {
    expect(summarize(resultOf([]))).toMatchObject({ answered: 0, requestsPerSecond: 0, latencyMs: { min: 0, p99: 0, max: 0 } });
  });
});
