import { LatencyEvaluator } from './latency-evaluator.js';
import { RateLimitEvaluator } from './rate-limit-evaluator.js';

export interface ThrottlerOptions {
  readonly mode: 'disabled' | 'logonly' | 'enforce';
  readonly maxRequestsPerSecond: number;
  readonly burstSize: number;
  readonly averageLatencyThresholdMs: number;
  readonly latencySampleHalflifeMs: number;
  readonly latencyEnforcementThreshold: number;
}

/** One reason to refuse a request. */
export interface LoadEvaluator {
  readonly name: string;
  /** Why a request of this cost is too much now; undefined = it is not. */
  refuses(cost: number, nowMs: number): string | undefined;
}

/**
 * Decides whether a request is taken. Times are milliseconds that only go forward.
 * Source: mixer/pkg/loadshedding.
 */
export class Throttler {
  /** Requests refused (or, with logonly, that would have been). */
  throttled = 0;
  /** What those would have cost. */
  shedCost = 0;
  readonly #evaluators: LoadEvaluator[] = [];
  readonly #latency: LatencyEvaluator | undefined;
  readonly #enforce: boolean;

  constructor(
    options: ThrottlerOptions,
    private readonly log: (message: string) => void,
  ) {
    this.#enforce = options.mode === 'enforce';
    if (options.mode === 'disabled') return;
    if (options.averageLatencyThresholdMs > 0) this.#evaluators.push((this.#latency = new LatencyEvaluator(options)));
    if (options.maxRequestsPerSecond > 0) this.#evaluators.push(new RateLimitEvaluator(options.maxRequestsPerSecond, options.burstSize));
  }

  get active(): boolean {
    return this.#evaluators.length > 0;
  }

  /** True: refuse the request. */
  throttle(cost: number, nowMs: number): boolean {
    for (const evaluator of this.#evaluators) {
      const reason = evaluator.refuses(cost, nowMs);
      if (reason === undefined) continue;
      this.throttled++;
      this.shedCost += cost;
      this.log(`${this.#enforce ? 'throttled' : 'would have throttled'} by ${evaluator.name}: ${reason}`);
      return this.#enforce;
    }
    return false;
  }

  /** How long an RPC took. */
  sample(ms: number, nowMs: number): void {
    this.#latency?.sample(ms, nowMs);
  }
}
