import type { LoadEvaluator } from './throttler.js';
import { TokenBucket } from './token-bucket.js';

export interface LatencyLimits {
  readonly averageLatencyThresholdMs: number;
  readonly latencySampleHalflifeMs: number;
  /** Requests per second up to which nothing is refused. */
  readonly latencyEnforcementThreshold: number;
}

/** Refuses while the exponential mean of response times is above its limit, but never the first requests of a second. */
export class LatencyEvaluator implements LoadEvaluator {
  readonly name = 'grpcResponseLatency';
  readonly #free: TokenBucket;
  #meanMs = 0;
  #sampledAtMs: number | undefined;

  constructor(private readonly limits: LatencyLimits) {
    this.#free = new TokenBucket(limits.latencyEnforcementThreshold, limits.latencyEnforcementThreshold);
  }

  sample(ms: number, nowMs: number): void {
    const elapsed = nowMs - (this.#sampledAtMs ?? nowMs);
    const weight = this.#sampledAtMs === undefined ? 1 : 1 - 0.5 ** (Math.max(elapsed, 1) / this.limits.latencySampleHalflifeMs);
    this.#meanMs += (ms - this.#meanMs) * weight;
    this.#sampledAtMs = nowMs;
  }

  refuses(cost: number, nowMs: number): string | undefined {
    if (this.#free.take(cost, nowMs) || this.#meanMs <= this.limits.averageLatencyThresholdMs) return undefined;
    return `average response time ${this.#meanMs.toFixed(1)} ms is above ${this.limits.averageLatencyThresholdMs} ms`;
  }
}
