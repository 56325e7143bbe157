import { statusTtlMs } from './subjects.js';
import type { ComponentStatus, ObservedStatus } from './types.js';

/** What is known of every instance, kept past its death so that a loss is seen and not just missing. Bounded. */
export class StatusTable {
  readonly #rows = new Map<string, { status: ComponentStatus; lastSeen: number; gone: boolean }>();

  constructor(private readonly limit = 2_000) {}

  seen(key: string, status: ComponentStatus, now: number): void {
    this.#rows.delete(key);
    this.#rows.set(key, { status, lastSeen: now, gone: false });
    if (this.#rows.size > this.limit) this.#rows.delete(this.#rows.keys().next().value as string);
  }

  /** A clean shutdown takes its key back. */
  left(key: string): void {
    const row = this.#rows.get(key);
    if (row) row.gone = true;
  }

  list(now: number): ObservedStatus[] {
    return [...this.#rows.entries()]
      .map(([key, { status, lastSeen, gone }]) => ({ key, entry: { ...status, lastSeen, alive: !gone && now - lastSeen <= statusTtlMs } }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ entry }) => entry);
  }
}
