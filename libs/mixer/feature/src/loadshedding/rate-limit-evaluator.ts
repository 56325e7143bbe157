import type { LoadEvaluator } from './throttler.js';
import { TokenBucket } from './token-bucket.js';

export class RateLimitEvaluator implements LoadEvaluator {
  readonly name = 'RateLimit';
  readonly #bucket: TokenBucket;

  constructor(
    private readonly rate: number,
    burst: number,
  ) {
    this.#bucket = new TokenBucket(rate, burst);
  }

  refuses(cost: number, nowMs: number): string | undefined {
    return this.#bucket.take(cost, nowMs) ? undefined : `more than ${this.rate} requests per second`;
  }
}
