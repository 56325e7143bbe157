/** Upper bounds of `mixer_runtime_dispatch_duration_seconds`, in seconds. */
export const dispatchBounds: readonly number[] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Calls of one handler with one template, for as long as the process lives. */
export class DispatchStats {
  /** Counts by bound (not cumulative), sum in seconds and count, for calls that went well and calls that failed. */
  readonly ok = new LatencyHistogram(dispatchBounds);
  readonly failed = new LatencyHistogram(dispatchBounds);

  constructor(
    readonly meshFunction: string,
    readonly handler: string,
    readonly adapter: string,
  ) {}
}

export class LatencyHistogram {
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.sum += value;
    this.count++;
  }
}

/** Bounds of destinations and instances per request. */
export const perRequestBounds: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20];

/** All dispatch figures of a process; they outlive the routing tables. */
export class DispatchStatsTable {
  readonly destinationsPerRequest = new LatencyHistogram(perRequestBounds);
  readonly instancesPerRequest = new LatencyHistogram(perRequestBounds);
  readonly #stats = new Map<string, DispatchStats>();

  of(meshFunction: string, handler: string, adapter: string): DispatchStats {
    const key = `${meshFunction}\n${handler}\n${adapter}`;
    const known = this.#stats.get(key);
    if (known) return known;
    const stats = new DispatchStats(meshFunction, handler, adapter);
    this.#stats.set(key, stats);
    return stats;
  }

  all(): Iterable<DispatchStats> {
    return this.#stats.values();
  }
}
