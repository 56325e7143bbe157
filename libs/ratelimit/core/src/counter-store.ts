/** One counter to take hits from, in the current window. */
export interface Take {
  readonly key: string;
  readonly hits: number;
  readonly requests: number;
  readonly windowMs: number;
}

export interface Taken {
  /** False: the hits did not fit, and none was counted. */
  readonly granted: boolean;
  /** What the window holds after this. */
  readonly used: number;
  /** Until the window ends. */
  readonly resetMs: number;
}

/**
 * Counts hits of fixed windows. A window starts with its first granted hit, as that of Mixer's redisquota does; of
 * concurrent takes, together no more than the limit are granted.
 */
export interface CounterStore {
  /** @throws if the counters can't be reached */
  take(takes: readonly Take[], nowMs: number): Promise<readonly Taken[]> | readonly Taken[];
}
