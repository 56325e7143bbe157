export interface PushQueueOptions<K, R> {
  /** Joins a request with a later one for the same client. */
  readonly merge: (earlier: R, later: R) => R;
  /** Does the push. May be asynchronous; a key is never processed twice at once. */
  readonly process: (key: K, request: R) => void | Promise<void>;
  /** False while a client can't take more; its request then waits, merged with later ones, until `resume(key)`. */
  readonly ready?: (key: K) => boolean;
  /** Pushes in progress at once (PILOT_PUSH_THROTTLE). */
  readonly concurrency: number;
  /** Clients with a waiting request at once; more are refused and counted. */
  readonly limit: number;
  readonly onError: (key: K, error: unknown) => void;
}

/**
 * Which clients have a push coming, first in first out. A client has at most one waiting request: later ones merge into it,
 * also while it is being pushed to. Between two pushes the event loop gets its turn.
 */
export class PushQueue<K, R> {
  private readonly waiting = new Map<K, R>();
  private readonly parked = new Map<K, R>();
  private readonly active = new Set<K>();
  private readonly followUps = new Map<K, R>();
  private scheduled = false;
  private idleListeners: (() => void)[] = [];
  /** Requests that were refused because the queue was full, and requests that went into an earlier one. */
  refused = 0;
  merged = 0;

  constructor(private readonly options: PushQueueOptions<K, R>) {}

  /** Clients that wait, are held back, or are being pushed to. */
  get size(): number {
    return this.waiting.size + this.parked.size + this.active.size;
  }

  /** Clients held back because they do not take what they were sent. */
  get held(): number {
    return this.parked.size;
  }

  /** False if the queue is full. */
  enqueue(key: K, request: R): boolean {
    for (const place of [this.waiting, this.parked, this.followUps]) {
      const earlier = place.get(key);
      if (earlier === undefined) continue;
      place.set(key, this.options.merge(earlier, request));
      this.merged++;
      return true;
    }
    if (this.active.has(key)) {
      this.followUps.set(key, request);
      return true;
    }
    if (this.size >= this.options.limit) {
      this.refused++;
      return false;
    }
    this.waiting.set(key, request);
    this.schedule();
    return true;
  }

  /** The client takes data again. */
  resume(key: K): void {
    const request = this.parked.get(key);
    if (request === undefined) return;
    this.parked.delete(key);
    this.waiting.set(key, request);
    this.schedule();
  }

  /** The client is gone. */
  remove(key: K): void {
    this.waiting.delete(key);
    this.parked.delete(key);
    this.followUps.delete(key);
    this.notifyIdle();
  }

  /** Resolves when nothing waits and nothing is in progress. Held clients don't count. */
  whenIdle(): Promise<void> {
    if (this.idle) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private get idle(): boolean {
    return this.waiting.size === 0 && this.active.size === 0;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.next();
    });
  }

  private next(): void {
    if (this.active.size >= this.options.concurrency) return;
    const first = this.waiting.entries().next();
    if (first.done) return this.notifyIdle();
    const [key, request] = first.value;
    this.waiting.delete(key);
    if (this.options.ready && !this.options.ready(key)) this.parked.set(key, request);
    else this.start(key, request);
    if (this.waiting.size > 0) this.schedule();
    else this.notifyIdle();
  }

  private start(key: K, request: R): void {
    this.active.add(key);
    void (async () => this.options.process(key, request))()
      .catch((error: unknown) => this.options.onError(key, error))
      .finally(() => this.finish(key));
  }

  private finish(key: K): void {
    this.active.delete(key);
    const followUp = this.followUps.get(key);
    if (followUp !== undefined) {
      this.followUps.delete(key);
      this.waiting.set(key, followUp);
    }
    if (this.waiting.size > 0) this.schedule();
    else this.notifyIdle();
  }

  private notifyIdle(): void {
    if (!this.idle || this.idleListeners.length === 0) return;
    const listeners = this.idleListeners;
    this.idleListeners = [];
    for (const listener of listeners) listener();
  }
}
