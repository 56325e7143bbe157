import { setTimeout as delay } from 'node:timers/promises';

/** Waits that double from `first` to `max` milliseconds, each shortened at random by up to a quarter. */
export class Backoff {
  #next: number;

  constructor(
    private readonly first = 200,
    private readonly max = 5_000,
  ) {
    this.#next = first;
  }

  next(): number {
    const wait = this.#next;
    this.#next = Math.min(this.max, wait * 2);
    return wait * (1 - Math.random() / 4);
  }

  reset(): void {
    this.#next = this.first;
  }

  /** Resolves after the next wait; false if the signal ended it. Never keeps the process alive. */
  async pause(signal: AbortSignal): Promise<boolean> {
    return delay(this.next(), true, { signal, ref: false }).catch(() => false);
  }
}
