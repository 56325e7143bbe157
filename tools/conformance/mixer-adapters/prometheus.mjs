import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { bucketBounds } from '@quartet/mixer-adapters';
import { same } from '../assert.mjs';
import { decodeValue } from '../values.mjs';
import { builds, decodeAll, durationMs, newAdapters, run } from './run.mjs';

const metric = ({ name, value, dimensions }) => ({ name, value: decodeValue(value), dimensions: decodeAll(dimensions), monitoredResourceType: '', monitoredResourceDimensions: {} });

async function report({ params, values, ok, exposition: expected }) {
  const { handler, exposition } = await run('prometheus', { params });
  let failed = false;
  try {
    await handler.handleMetric(values.map(metric));
  } catch {
    failed = true;
  }
  same(!failed, ok, 'ok');
  if (expected !== undefined) same(exposition.text(), expected, 'exposition');
}

const shared = newAdapters();

export const prometheusCases = {
  report,
  reportExtra: report,
  /** Upstream's cases run one after another on one registry. */
  async build({ params, ok }) {
    let built = true;
    try {
      await runAdapter(shared.adapters.get('prometheus'), { params });
    } catch {
      built = false;
    }
    same(built, ok, 'build');
  },
  async validate({ params, valid }) {
    same(await builds('prometheus', { params }), valid, 'valid');
  },
  buckets({ buckets, bounds }) {
    const params = { metrics: [{ instanceName: 'i', kind: 'DISTRIBUTION', buckets }] };
    const read = newAdapters().adapters.get('prometheus').params.parse(params).params;
    same(bucketBounds(read.metrics[0].buckets), bounds, 'bounds');
  },
  async expiration({ metricKind, policy, waitMs, seriesWritten, seriesWrittenAfterWait, seriesLeft }) {
    const kind = { counter: 'COUNTER', gauge: 'GAUGE', histogram: 'DISTRIBUTION' }[metricKind];
    const params = { metrics: [{ instanceName: 'i', kind, labelNames: ['n'] }], ...(policy ? { metricsExpirationPolicy: policy } : {}) };
    const { handler, scheduler, exposition } = await run('prometheus', { params, startMs: 1000 });
    const write = (count, prefix) => handler.handleMetric(Array.from({ length: count }, (_, i) => ({ name: 'i', value: 1, dimensions: { n: `${prefix}${i}` } })));
    await write(seriesWritten, 'a');
    await scheduler.advance(waitMs);
    await write(seriesWrittenAfterWait, 'a');
    await scheduler.advance(policy ? Math.min(durationMs(policy.metricsExpiryDuration) / 2, 20) : 0);
    same(exposition.seriesCount, seriesLeft, 'series');
  },
};
