import { setTimeout as delay } from 'node:timers/promises';

export interface RateLimiter {
  /** Resolves when one more is allowed. @throws what the signal was aborted with, or why it refuses. */
  wait(signal: AbortSignal): Promise<void>;
}

/** A token bucket: `burst` at once, then `perSecond`. Waiters are served in order. */
export class TokenBucket implements RateLimiter {
  #tokens: number;
  #filledAt: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#tokens = burst;
    this.#filledAt = now();
  }

  async wait(signal: AbortSignal): Promise<void> {
    const now = this.now();
    this.#tokens = Math.min(this.burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.perSecond) - 1;
    this.#filledAt = now;
    if (this.#tokens < 0) await delay((-this.#tokens / this.perSecond) * 1000, undefined, { signal, ref: false });
  }
}
