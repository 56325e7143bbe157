import type { CounterStore, Take, Taken } from './counter-store.js';

interface Counter {
  used: number;
  expiresAt: number;
}

/** Counters of this process alone, for one instance or for tests. */
export class MemoryCounters implements CounterStore {
  readonly #counters = new Map<string, Counter>();
  /** Takes granted uncounted because the counters were full of others that still run. */
  overflowed = 0;

  constructor(private readonly maxCounters: number) {}

  get size(): number {
    return this.#counters.size;
  }

  take(takes: readonly Take[], nowMs: number): Taken[] {
    return takes.map((take) => this.#takeOne(take, nowMs));
  }

  #takeOne({ key, hits, requests, windowMs }: Take, nowMs: number): Taken {
    if (hits > requests) return this.#refused(`${windowMs}/${key}`, nowMs, windowMs);
    const counter = this.#current(`${windowMs}/${key}`, nowMs, windowMs);
    if (!counter) return { granted: true, used: hits, resetMs: windowMs };
    const granted = counter.used + hits <= requests;
    if (granted) counter.used += hits;
    return { granted, used: counter.used, resetMs: counter.expiresAt - nowMs };
  }

  /** More than any window grants: refused without starting one. */
  #refused(key: string, nowMs: number, windowMs: number): Taken {
    const counter = this.#counters.get(key);
    const runs = counter !== undefined && counter.expiresAt > nowMs;
    return { granted: false, used: runs ? counter.used : 0, resetMs: runs ? counter.expiresAt - nowMs : windowMs };
  }

  #current(key: string, nowMs: number, windowMs: number): Counter | undefined {
    const known = this.#counters.get(key);
    if (known && known.expiresAt > nowMs) return known;
    if (known) this.#counters.delete(key);
    else if (this.#counters.size >= this.maxCounters) this.#sweep(nowMs);
    if (this.#counters.size >= this.maxCounters) {
      this.overflowed++;
      return undefined;
    }
    const counter = { used: 0, expiresAt: nowMs + windowMs };
    this.#counters.set(key, counter);
    return counter;
  }

  /** At most once a millisecond: a flood of new keys must not make every request scan the table. */
  #sweep(nowMs: number): void {
    if (nowMs === this.#sweptAt) return;
    this.#sweptAt = nowMs;
    for (const [key, { expiresAt }] of this.#counters) if (expiresAt <= nowMs) this.#counters.delete(key);
  }

  #sweptAt = -1;
}
