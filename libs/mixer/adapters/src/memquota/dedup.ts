import type { QuotaResult } from '@quartet/mixer-adapter-sdk';

interface Decision {
  readonly amount: number;
  readonly expiresAtMs: number;
}

/**
 * Answers already given, by deduplication id, in two generations: an id lives one to two periods. Denials are
 * remembered too. The bound closes a generation early and counts it.
 */
export class DedupCache {
  #recent = new Map<string, Decision>();
  #old = new Map<string, Decision>();
  #swapAtMs: number;
  #earlySwaps = 0;

  constructor(
    private readonly periodMs: number,
    nowMs: number,
    private readonly capacity = 100_000,
  ) {
    this.#swapAtMs = nowMs + periodMs;
  }

  /** Generations closed before their time because they were full. */
  get earlySwaps(): number {
    return this.#earlySwaps;
  }

  find(id: string, nowMs: number): Pick<QuotaResult, 'amount' | 'validDurationMs'> | undefined {
    this.#expire(nowMs);
    const decision = this.#recent.get(id) ?? this.#old.get(id);
    return decision && { amount: decision.amount, validDurationMs: Math.max(0, decision.expiresAtMs - nowMs) };
  }

  remember(id: string, result: Pick<QuotaResult, 'amount' | 'validDurationMs'>, nowMs: number): void {
    if (this.#recent.size >= this.capacity) {
      this.#earlySwaps++;
      this.#swap(nowMs);
    }
    this.#recent.set(id, { amount: result.amount, expiresAtMs: nowMs + result.validDurationMs });
  }

  #expire(nowMs: number): void {
    if (nowMs < this.#swapAtMs) return;
    if (nowMs >= this.#swapAtMs + this.periodMs) this.#recent.clear();
    this.#swap(nowMs);
  }

  #swap(nowMs: number): void {
    this.#old = this.#recent;
    this.#recent = new Map();
    this.#swapAtMs = nowMs + this.periodMs;
  }
}
