/** `rate` tokens a second, of which up to `burst` are kept. */
export class TokenBucket {
  #tokens: number;
  #filledAtMs: number | undefined;

  constructor(
    private readonly rate: number,
    private readonly burst: number,
  ) {
    this.#tokens = burst;
  }

  /** All of `cost`, or nothing. */
  take(cost: number, nowMs: number): boolean {
    this.#tokens = Math.min(this.burst, this.#tokens + ((nowMs - (this.#filledAtMs ?? nowMs)) / 1000) * this.rate);
    this.#filledAtMs = nowMs;
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }
}
