import { defineAdapter, Duration, stringify, type AdapterEnv, type Dimensions, type Metric, type Value } from '@quartet/mixer-adapter-sdk';
import { DefinitionConflictError, type Exposition } from './exposition.js';
import type { FamilyDefinition, MetricFamily } from './metric-family.js';
import { bucketBounds, exposedName, prometheusParams, safeName, type MetricInfo, type PrometheusParams } from './params.js';
import type { Series } from './series.js';

/** A configured metric: where its values go and which dimensions, in the order of its label names, make the label set. */
interface Collector {
  readonly info: MetricInfo;
  readonly family: MetricFamily;
  readonly dimensions: readonly string[];
}

/**
 * Metrics for Prometheus to scrape. All handlers share one exposition: adding and removing metrics keeps the values of
 * the others, and a metric whose definition changed starts everything anew.
 * Source: mixer/adapter/prometheus.
 */
export function prometheus(exposition: Exposition) {
  const collectors = new Map<string, Collector>();
  return defineAdapter({
    name: 'prometheus',
    description: 'Publishes prometheus metrics',
    templates: ['metric'],
    params: prometheusParams,
    validate({ params: { metricsExpirationPolicy: policy } }) {
      if (!policy) return [];
      return [
        ...(policy.metricsExpiryDuration > 0 ? [] : [{ path: 'metricsExpirationPolicy.metricsExpiryDuration', message: 'must be > 0' }]),
        ...(policy.expiryCheckIntervalDuration < 0 ? [{ path: 'metricsExpirationPolicy.expiryCheckIntervalDuration', message: 'must be >= 0' }] : []),
      ];
    },
    build({ params }, env) {
      registerMetrics(params.metrics, { exposition, collectors, env });
      const own = new Map(params.metrics.map(({ instanceName }) => [instanceName, collectors.get(instanceName) as Collector]));
      const stopExpiry = startExpiry(params, [...own.values()], env);
      return {
        handleMetric: (instances) => recordAll(instances, own, env.now()),
        close: stopExpiry,
      };
    },
  });
}

interface Registration {
  readonly exposition: Exposition;
  readonly collectors: Map<string, Collector>;
  readonly env: AdapterEnv;
}

function registerMetrics(metrics: readonly MetricInfo[], { exposition, collectors, env }: Registration): void {
  const changed = metrics.find((info) => collectors.has(info.instanceName) && !sameInfo(collectors.get(info.instanceName)?.info, info));
  if (changed) {
    env.logger.warn(`metric ${changed.name || changed.instanceName} is redefined: all values start anew`);
    exposition.clear();
    collectors.clear();
  }
  const faults: string[] = [];
  for (const info of metrics.filter(({ instanceName }) => !collectors.has(instanceName) || changed !== undefined)) {
    const known = collectors.get(info.instanceName);
    if (known && sameInfo(known.info, info)) continue;
    try {
      collectors.set(info.instanceName, collectorOf(info, exposition));
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  faults.push(...duplicates(metrics));
  if (faults.length > 0) throw new DefinitionConflictError(faults.join('; '));
}

function duplicates(metrics: readonly MetricInfo[]): string[] {
  const first = new Map<string, MetricInfo>();
  return metrics.flatMap((info) => {
    const earlier = first.get(info.instanceName);
    first.set(info.instanceName, earlier ?? info);
    return earlier && !sameInfo(earlier, info) ? [`metric for instance ${info.instanceName} is defined twice and differently`] : [];
  });
}

function collectorOf(info: MetricInfo, exposition: Exposition): Collector {
  if (info.kind === 'UNSPECIFIED') throw new Error(`unknown metric kind for ${info.name || info.instanceName}`);
  const byLabel = new Map(info.labelNames.map((name) => [safeName(name), name]));
  const labelNames = [...byLabel.keys()].sort();
  const definition: FamilyDefinition = {
    name: exposedName(info),
    help: info.description || info.name || info.instanceName,
    kind: info.kind,
    labelNames,
    bounds: info.kind === 'DISTRIBUTION' ? bucketBounds(info.buckets) : [],
  };
  return { info, family: exposition.register(definition), dimensions: labelNames.map((label) => byLabel.get(label) as string) };
}

function sameInfo(a: MetricInfo | undefined, b: MetricInfo): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function recordAll(instances: readonly Metric[], collectors: ReadonlyMap<string, Collector>, nowMs: number): void {
  const faults: string[] = [];
  for (const instance of instances) {
    try {
      record(instance, collectors, nowMs);
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  if (faults.length > 0) throw new Error(faults.join('; '));
}

function record(instance: Metric, collectors: ReadonlyMap<string, Collector>, nowMs: number): void {
  const collector = collectors.get(instance.name);
  if (!collector) throw new Error(`could not find metric info from adapter config for ${instance.name}`);
  const value = numericValue(instance);
  seriesOf(instance, collector).update(value, nowMs);
}

function seriesOf(instance: Metric, { family, dimensions }: Collector): Series {
  const values = orderedValues(instance.dimensions, dimensions);
  const recent = family.recent.find(values);
  if (recent) return recent;
  const series = family.at(seriesKey(values), () => labelValues(instance, dimensions));
  family.recent.keep(values, series);
  return series;
}

const scratch: (Value | undefined)[] = [];

/** Good until the next call. */
function orderedValues(values: Dimensions, names: readonly string[]): readonly (Value | undefined)[] {
  scratch.length = names.length;
  for (let i = 0; i < names.length; i++) scratch[i] = values[names[i] as string];
  return scratch;
}

/** The values joined by a character that no UTF-8 text holds unescaped; two label sets never share a key. */
function seriesKey(values: readonly (Value | undefined)[]): string {
  let key = '';
  for (const value of values) {
    key += (typeof value === 'string' ? value : stringify(value)) + '\u0000';
  }
  return key;
}

/** Called for a new label set only, and that is where the dimensions are compared with the labels. */
function labelValues({ name, dimensions }: Metric, names: readonly string[]): string[] {
  const missing = names.filter((label) => !Object.hasOwn(dimensions, label));
  const surplus = Object.keys(dimensions).filter((dimension) => !names.includes(dimension));
  if (missing.length > 0 || surplus.length > 0) {
    throw new Error(`inconsistent label cardinality for ${name}: label_names without dimension [${missing.join(' ')}], dimensions without label [${surplus.join(' ')}]`);
  }
  return names.map((label) => stringify(dimensions[label]));
}

function numericValue({ name, value }: Metric): number {
  if (typeof value === 'number') return value;
  if (value instanceof Duration) return value.toSeconds();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return parsedNumber(name, value);
  throw new Error(`could not get value for metric ${name}: could not extract numeric value for ${stringify(value as Value)}`);
}

function parsedNumber(name: string, text: string): number {
  const value = text.trim() === text && text !== '' ? Number(text) : NaN;
  if (Number.isNaN(value)) throw new Error(`could not get value for metric ${name}: "${text}" is not a number`);
  return value;
}

function startExpiry({ metricsExpirationPolicy: policy }: PrometheusParams, collectors: readonly Collector[], env: AdapterEnv): () => void {
  if (!policy) return () => undefined;
  const interval = policy.expiryCheckIntervalDuration || policy.metricsExpiryDuration / 2;
  return env.every(interval, () => {
    for (const { family } of collectors) family.expire(env.now() - policy.metricsExpiryDuration);
  });
}
