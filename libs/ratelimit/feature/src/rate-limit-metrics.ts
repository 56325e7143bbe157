import type { Outcome } from '@quartet/ratelimit-core';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type FailureReason = 'redis' | 'pending';

export class RateLimitMetrics {
  readonly #requests: Counter;
  readonly #limits: Counter;
  readonly #failures: Counter;
  readonly #duration: Histogram;
  readonly #loads: Counter;

  constructor(registry: Registry, state: { overflowed: () => number; counters: () => number; connected: () => boolean }) {
    const registers = [registry];
    this.#requests = new Counter({ name: 'quartet_ratelimit_requests_total', help: 'Answers to ShouldRateLimit.', labelNames: ['domain', 'code'], registers });
    this.#limits = new Counter({ name: 'quartet_ratelimit_limit_hits_total', help: 'Hits on a limit of the configuration, by what became of them.', labelNames: ['limit', 'outcome'], registers });
    this.#failures = new Counter({ name: 'quartet_ratelimit_failures_total', help: 'Requests answered by the failure mode.', labelNames: ['reason'], registers });
    this.#duration = new Histogram({ name: 'quartet_ratelimit_duration_seconds', help: 'Time of an answer.', buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1], registers });
    this.#loads = new Counter({ name: 'quartet_ratelimit_config_loads_total', help: 'Times the limits were read.', labelNames: ['result'], registers });
    gauge(registry, 'quartet_ratelimit_memory_counters', 'Counters kept in this process.', state.counters);
    gauge(registry, 'quartet_ratelimit_memory_overflowed', 'Hits granted uncounted because the counters of this process were full.', state.overflowed);
    gauge(registry, 'quartet_ratelimit_redis_connected', '1 while Redis is connected.', () => Number(state.connected()));
  }

  /** A domain that no limit names is shown as `unknown`, so that clients can't grow the metrics. */
  answered(domain: string | undefined, code: 'ok' | 'over_limit' | 'invalid', seconds: number): void {
    this.#requests.inc({ domain: domain ?? 'unknown', code });
    this.#duration.observe(seconds);
  }

  hit(limit: string, outcome: Outcome, hits: number): void {
    this.#limits.inc({ limit, outcome }, hits);
  }

  failed(reason: FailureReason): void {
    this.#failures.inc({ reason });
  }

  loaded(result: 'ok' | 'error'): void {
    this.#loads.inc({ result });
  }
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({ name, help, registers: [registry], collect() { this.set(value()); } });
}
