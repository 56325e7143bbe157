import { params as p } from '@quartet/mixer-adapter-sdk';

const metricInfo = p.nested({
  name: p.string(),
  instanceName: p.string(),
  description: p.string(),
  kind: p.enumeration({ UNSPECIFIED: 0, GAUGE: 1, COUNTER: 2, DISTRIBUTION: 3 }, 'UNSPECIFIED'),
  buckets: p.optional({
    linearBuckets: p.optional({ numFiniteBuckets: p.integer(), width: p.double(), offset: p.double() }),
    exponentialBuckets: p.optional({ numFiniteBuckets: p.integer(), growthFactor: p.double(), scale: p.double() }),
    explicitBuckets: p.optional({ bounds: p.repeated(p.double()) }),
  }),
  labelNames: p.repeated(p.string()),
  namespace: p.string(),
});

export const prometheusParams = p.message({
  metrics: p.repeated(metricInfo),
  metricsExpirationPolicy: p.optional({ metricsExpiryDuration: p.duration(), expiryCheckIntervalDuration: p.duration() }),
});

export type PrometheusParams = ReturnType<typeof prometheusParams.parse>['params'];
export type MetricInfo = PrometheusParams['metrics'][number];

const defaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The upper bounds that a bucket definition means. */
export function bucketBounds(buckets: MetricInfo['buckets']): number[] {
  const { linearBuckets: linear, exponentialBuckets: exponential, explicitBuckets: explicit } = buckets ?? {};
  if (linear) return Array.from({ length: linear.numFiniteBuckets + 1 }, (_, i) => linear.offset + i * linear.width);
  if (exponential) return Array.from({ length: exponential.numFiniteBuckets + 1 }, (_, i) => exponential.scale * exponential.growthFactor ** i);
  return explicit ? [...explicit.bounds] : defaultBounds;
}

/** The name a metric is exposed under. */
export function exposedName(info: MetricInfo): string {
  return `${safeName(info.namespace || 'istio')}_${safeName(info.name || info.instanceName)}`;
}

/** A name with the characters that Prometheus refuses replaced: a leading `/` cut, `/ . space` -> `_`, `-` removed. */
export function safeName(name: string): string {
  return name.replace(/^\//, '').replace(/[/. ]/g, '_').replaceAll('-', '');
}
