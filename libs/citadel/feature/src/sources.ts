import { randomBytes } from 'node:crypto';

/** Time and chance, given from outside in tests. */
export interface Sources {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export const systemSources: Sources = { now: Date.now, randomBytes, random: Math.random };
