import type { LoadResult } from './load.js';

const percentiles = [50, 75, 90, 95, 99, 99.9] as const;

/** All latencies in milliseconds. */
export interface Summary {
  readonly seconds: number;
  readonly sent: number;
  readonly answered: number;
  readonly shed: number;
  readonly requestsPerSecond: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly latencyMs: Readonly<Record<string, number>>;
}

export function summarize({ elapsedMs, sent, shed, statuses, errors, latency }: LoadResult): Summary {
  const points = percentiles.map((percent): [string, number] => [`p${percent}`, toMs(latency.percentile(percent))]);
  return {
    seconds: round(elapsedMs / 1000),
    sent,
    answered: latency.count,
    shed,
    requestsPerSecond: elapsedMs === 0 ? 0 : round((latency.count * 1000) / elapsedMs),
    statuses,
    errors,
    latencyMs: { min: toMs(latency.min), mean: toMs(latency.mean), ...Object.fromEntries(points), max: toMs(latency.max) },
  };
}

export function formatSummary(summary: Summary): string {
  const counts = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .map(([key, count]) => `${key}: ${count}`)
      .join(', ') || 'none';
  return [
    `${summary.answered} of ${summary.sent} requests answered in ${summary.seconds} s (${summary.requestsPerSecond}/s)${summary.shed > 0 ? `, ${summary.shed} not sent: too many unanswered` : ''}`,
    `statuses  ${counts(summary.statuses)}`,
    `errors    ${counts(summary.errors)}`,
    `latency   ${Object.entries(summary.latencyMs)
      .map(([name, value]) => `${name} ${value} ms`)
      .join('  ')}`,
  ].join('\n');
}

function toMs(microseconds: number): number {
  return round(microseconds / 1000);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
