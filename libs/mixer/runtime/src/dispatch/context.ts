import type { Destination } from '../routing/routing-table.js';
import type { DispatchStatsTable } from '../routing/dispatch-stats.js';

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What dispatching needs of the world. */
export interface DispatchContext {
  readonly logger: Logger;
  /** Milliseconds that only go forward, with fractions. */
  readonly monotonicMs: () => number;
  readonly stats: DispatchStatsTable;
}

/** A call that has ended, well or not. */
export type Outcome<T> = { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: string };

/** Calls an adapter, measured; what it throws or rejects with becomes an outcome. Synchronous where the adapter is. */
export function call<T>(destination: Destination, context: DispatchContext, work: () => T | Promise<T>): Outcome<T> | Promise<Outcome<T>> {
  const start = context.monotonicMs();
  try {
    const result = work();
    if (!(result instanceof Promise)) return succeeded(destination, context.monotonicMs() - start, result);
    return result.then(
      (value) => succeeded(destination, context.monotonicMs() - start, value),
      (error: unknown) => failed(destination, context.monotonicMs() - start, error),
    );
  } catch (error) {
    return failed(destination, context.monotonicMs() - start, error);
  }
}

function succeeded<T>({ stats }: Destination, ms: number, value: T): Outcome<T> {
  stats.ok.observe(ms / 1000);
  return { value };
}

function failed(destination: Destination, ms: number, error: unknown): Outcome<never> {
  destination.stats.failed.observe(ms / 1000);
  return { error: error instanceof Error ? error.message : String(error) };
}

/**
 * Hands over outcomes as they arrive: those that are there already first, in order, then the others as they settle.
 * undefined if all were there.
 */
export function arrive<T>(pending: readonly (T | Promise<T>)[], take: (outcome: T) => void): Promise<void> | undefined {
  const later: Promise<void>[] = [];
  for (const outcome of pending) {
    if (outcome instanceof Promise) later.push(outcome.then(take));
    else take(outcome);
  }
  return later.length > 0 ? Promise.all(later).then(() => undefined) : undefined;
}
