export interface DebouncerOptions<T> {
  /** Fires when nothing came for so long (PILOT_DEBOUNCE_AFTER) ... */
  quietMs: number;
  /** ... or the first has waited for so long (PILOT_DEBOUNCE_MAX). */
  maxMs: number;
  readonly merge: (earlier: T, later: T) => T;
  readonly fire: (merged: T) => void;
  readonly now?: () => number;
}

/** Joins what comes in bursts. Source: Istio 1.4 pilot/pkg/proxy/envoy/v2/discovery.go debounce. */
export class Debouncer<T> {
  private pending: { item: T; first: number; last: number } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly now: () => number;
  /** Items that were joined with an earlier one. */
  merged = 0;

  constructor(private readonly options: DebouncerOptions<T>) {
    this.now = options.now ?? Date.now;
  }

  get waiting(): boolean {
    return this.pending !== undefined;
  }

  add(item: T): void {
    const now = this.now();
    if (this.pending) {
      this.merged++;
      this.pending = { item: this.options.merge(this.pending.item, item), first: this.pending.first, last: now };
      return;
    }
    this.pending = { item, first: now, last: now };
    this.schedule();
  }

  setTimes(times: { quietMs: number; maxMs: number }): void {
    Object.assign(this.options, times);
  }

  /** Fires at once what waits. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { pending } = this;
    this.pending = undefined;
    if (pending) this.options.fire(pending.item);
  }

  close(): void {
    clearTimeout(this.timer);
    this.pending = undefined;
  }

  private schedule(): void {
    if (!this.pending) return;
    const due = Math.min(this.pending.last + this.options.quietMs, this.pending.first + this.options.maxMs);
    this.timer = setTimeout(() => this.check(), Math.max(0, due - this.now()));
  }

  /** Later items moved the due time: then it waits on. One timer serves a burst of any size. */
  private check(): void {
    if (!this.pending) return;
    const now = this.now();
    const { first, last } = this.pending;
    if (now - last >= this.options.quietMs || now - first >= this.options.maxMs) this.flush();
    else this.schedule();
  }
}
