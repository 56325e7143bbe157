import { Duration, type Metric, type Value } from '@quartet/mixer-adapter-sdk';
import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { describe, expect, it } from 'vitest';
import { Exposition } from './exposition.js';
import { numberText } from './number-text.js';
import { bucketBounds, prometheusParams, safeName } from './params.js';
import { prometheus } from './prometheus.js';

const metric = (name: string, value: Value, dimensions: Record<string, Value> = {}): Metric => ({ name, value, dimensions, monitoredResourceType: '', monitoredResourceDimensions: {} });
const requests = { name: 'requests_total', instance_name: 'count', kind: 'COUNTER', label_names: ['code', 'app'] };

async function start(metrics: object[], { exposition = new Exposition(), ...policy }: { exposition?: Exposition; metrics_expiration_policy?: object } = {}) {
  return { exposition, ...(await runAdapter(prometheus(exposition), { params: { metrics, ...policy } })) };
}

describe('prometheus', () => {
  it('adds counters and writes labels sorted and escaped', async () => {
    const { handler, exposition } = await start([requests]);
    await handler.handleMetric?.([metric('count', 1, { code: 200, app: 'a"b' }), metric('count', 2, { code: 200, app: 'a"b' }), metric('count', 1, { code: 500, app: 'x' })]);
    expect(exposition.text()).toBe('# HELP istio_requests_total requests_total\n# TYPE istio_requests_total counter\nistio_requests_total{app="a\\"b",code="200"} 3\nistio_requests_total{app="x",code="500"} 1\n');
  });

  it('observes durations in seconds', async () => {
    const { handler, exposition } = await start([{ instance_name: 'lat', kind: 'DISTRIBUTION', buckets: { explicit_buckets: { bounds: [0.01, 1] } } }]);
    await handler.handleMetric?.([metric('lat', new Duration(0, 7_000_000)), metric('lat', 0.5), metric('lat', 30)]);
    expect(exposition.text()).toContain('istio_lat_bucket{le="0.01"} 1\nistio_lat_bucket{le="1"} 2\nistio_lat_bucket{le="+Inf"} 3\nistio_lat_sum 30.507\nistio_lat_count 3\n');
  });

  it.each<[string, Metric, string]>([
    ['an instance without metric', metric('other', 1), 'could not find metric info from adapter config for other'],
    ['a value that is no number', metric('count', 'many', { code: 1, app: 'x' }), 'could not get value for metric count: "many" is not a number'],
    ['a dimension without label', metric('count', 1, { code: 1, app: 'x', extra: 1 }), 'dimensions without label [extra]'],
    ['a label without dimension', metric('count', 1, { code: 1 }), 'label_names without dimension [app]'],
  ])('refuses %s and records the rest', async (_, bad, message) => {
    const { handler, exposition } = await start([requests]);
    await expect(Promise.resolve().then(() => handler.handleMetric?.([bad, metric('count', 1, { code: 200, app: 'x' })]))).rejects.toThrow(message);
    expect(exposition.seriesCount).toBe(1);
  });

  it('keeps values while metrics come and go, and starts anew when one is redefined', async () => {
    const exposition = new Exposition();
    const adapter = prometheus(exposition);
    const build = (metrics: object[]) => runAdapter(adapter, { params: { metrics } });
    const { handler } = await build([requests]);
    await handler.handleMetric?.([metric('count', 1, { code: 200, app: 'x' })]);
    await build([requests, { instance_name: 'more', kind: 'GAUGE' }]);
    expect(exposition.seriesCount).toBe(1);
    await build([{ ...requests, label_names: ['code'] }]);
    expect(exposition.seriesCount).toBe(0);
  });

  it('forgets label sets that are not updated any more', async () => {
    const { handler, exposition, scheduler } = await start([requests], { metrics_expiration_policy: { metrics_expiry_duration: '10s' } });
    const send = (app: string) => handler.handleMetric?.([metric('count', 1, { code: 200, app })]);
    await send('old');
    await scheduler.advance(8_000);
    await send('new');
    await scheduler.advance(8_000);
    expect(exposition.text()).toMatch(/app="new"/);
    expect(exposition.seriesCount).toBe(1);
  });

  it('refuses a metric without kind, and one name with two meanings', async () => {
    await expect(start([{ instance_name: 'a' }])).rejects.toThrow('unknown metric kind for a');
    await expect(start([requests, { ...requests, instance_name: 'two', label_names: [] }])).rejects.toThrow('metric istio_requests_total is already defined');
  });
});

describe('numbers', () => {
  it.each([[0, '0'], [16, '16'], [0.386, '0.386'], [100000, '100000'], [1e6, '1e+06'], [1174405.12, '1.17440512e+06'], [0.0001, '0.0001'], [0.00001, '1e-05'], [Infinity, '+Inf']])('writes %d as %s', (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});

describe('buckets and names', () => {
  it.each<[object | undefined, number[]]>([
    [{ linear_buckets: { num_finite_buckets: 2, offset: 4, width: 1 } }, [4, 5, 6]],
    [{ exponential_buckets: { num_finite_buckets: 3, scale: 1, growth_factor: 10 } }, [1, 10, 100, 1000]],
    [{ explicit_buckets: { bounds: [6, 7] } }, [6, 7]],
    [undefined, [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]],
  ])('%j', (buckets, bounds) => {
    expect(bucketBounds(prometheusParams.parse({ metrics: [{ buckets }] }).params.metrics[0]?.buckets)).toEqual(bounds);
  });

  it('makes names that Prometheus takes', () => {
    expect(safeName('/a/b.c d-e')).toBe('a_b_c_de');
  });
});
