import type { LatencyHistogram, MixerRuntime } from '@quartet/mixer-runtime';
import type { Registry } from 'prom-client';
import type { AdapterWork } from '../adapter-environment.js';
import type { Throttler } from '../loadshedding/throttler.js';
import { registerComputed, type Sample } from './computed-metric.js';

export interface MeasuredParts {
  readonly runtime: MixerRuntime;
  readonly work: AdapterWork;
  readonly throttler: Throttler;
}

/** Mixer's own metrics, under Istio 1.4's names. */
export function registerMixerMetrics(registry: Registry, { runtime, work, throttler }: MeasuredParts): void {
  gauges(registry, 'mixer_config_', 'Of the configuration in force.', () => runtime.configCounters);
  gauges(registry, 'mixer_handler_', 'Of the last change of the configuration.', () => runtime.handlerCounters);
  byHandler(registry, 'mixer_handler_workers_total', 'Background work under way.', () => work.running);
  byHandler(registry, 'mixer_handler_daemons_total', 'Background work scheduled.', () => work.timers);
  registerComputed(registry, {
    name: 'mixer_dispatcher_destinations_per_variety_total',
    help: 'Destinations (handler and template) in the routing table.',
    type: 'gauge',
    samples: () => Object.entries(runtime.table.destinationCounts()).map(([variety, value]) => ({ value, labels: { variety } })),
  });
  const histogram = (name: string, help: string, source: () => LatencyHistogram) => registerComputed(registry, { name, help, type: 'histogram', samples: () => histogramSamples(name, source(), {}) });
  histogram('mixer_dispatcher_destinations_per_request', 'Destinations that a stage of a request went to.', () => runtime.stats.destinationsPerRequest);
  histogram('mixer_dispatcher_instances_per_request', 'Instances that a stage of a request made.', () => runtime.stats.instancesPerRequest);
  dispatches(registry, runtime);
  counter(registry, 'mixer_loadshedding_requests_throttled', 'Requests refused because of the load.', () => throttler.throttled);
  counter(registry, 'mixer_loadshedding_predicted_cost_shed_total', 'Cost of the requests refused.', () => throttler.shedCost);
}

function gauges<T extends object>(registry: Registry, prefix: string, help: string, source: () => T): void {
  for (const name of Object.keys(source()) as (keyof T & string)[]) {
    registerComputed(registry, { name: `${prefix}${name}`, help, type: 'gauge', samples: () => [{ value: source()[name] as number, labels: {} }] });
  }
}

function counter(registry: Registry, name: string, help: string, value: () => number): void {
  registerComputed(registry, { name, help, type: 'counter', samples: () => [{ value: value(), labels: {} }] });
}

function byHandler(registry: Registry, name: string, help: string, counts: () => ReadonlyMap<string, number>): void {
  registerComputed(registry, { name, help, type: 'gauge', samples: () => [...counts()].map(([handler, value]) => ({ value, labels: { handler } })) });
}

function dispatches(registry: Registry, { stats }: MixerRuntime): void {
  const each = (make: (figures: LatencyHistogram, labels: Record<string, string>) => Sample[]) => () =>
    [...stats.all()].flatMap(({ meshFunction, handler, adapter, ok, failed }) =>
      ([[ok, 'false'], [failed, 'true']] as const).filter(([{ count }]) => count > 0).flatMap(([figures, error]) => make(figures, { meshFunction, handler, adapter, error })),
    );
  registerComputed(registry, { name: 'mixer_runtime_dispatches_total', help: 'Calls of adapters.', type: 'counter', samples: each(({ count }, labels) => [{ value: count, labels }]) });
  const duration = 'mixer_runtime_dispatch_duration_seconds';
  registerComputed(registry, { name: duration, help: 'How long adapters took.', type: 'histogram', samples: each((figures, labels) => histogramSamples(duration, figures, labels)) });
}

function histogramSamples(name: string, { bounds, counts, sum, count }: LatencyHistogram, labels: Record<string, string>): Sample[] {
  let total = 0;
  const buckets = bounds.map((bound, i) => ({ metricName: `${name}_bucket`, labels: { ...labels, le: String(bound) }, value: (total += counts[i] ?? 0) }));
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
