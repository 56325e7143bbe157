/** A push that some clients have not answered yet. */
interface OpenPush {
  readonly version: string;
  readonly full: boolean;
  readonly startedAt: number;
  /** Connection -> whether the push has been sent to it. */
  readonly waiting: Map<string, boolean>;
  readonly proxies: number;
  readonly rejected: Set<string>;
}

/** The outcome of a push once every client that it went to has answered (or has gone). */
export interface FinishedPush {
  readonly version: string;
  readonly full: boolean;
  readonly proxies: number;
  /** Connections that refused some of it. */
  readonly rejected: readonly string[];
  readonly durationMs: number;
}

export interface PushTrackerOptions {
  readonly finished: (push: FinishedPush) => void;
  readonly now: () => number;
  /** Open pushes that are held; the oldest is forgotten and counted. Default 100. */
  readonly limit?: number;
}

/** Follows pushes until their clients have answered. */
export class PushTracker {
  private open: OpenPush[] = [];
  forgotten = 0;

  constructor(private readonly options: PushTrackerOptions) {}

  /** Versions that some client has not answered. */
  get pending(): readonly string[] {
    return this.open.map(({ version }) => version);
  }

  start(push: { version: string; full: boolean }, connections: readonly string[]): void {
    const waiting = new Map(connections.map((connection) => [connection, false]));
    this.open.push({ ...push, startedAt: this.options.now(), waiting, proxies: waiting.size, rejected: new Set() });
    if (this.open.length > (this.options.limit ?? 100)) {
      this.open.shift();
      this.forgotten++;
    }
    this.sweep();
  }

  /** All pushes up to now have been sent to the connection. */
  sent(connection: string): void {
    for (const { waiting } of this.open) if (waiting.has(connection)) waiting.set(connection, true);
  }

  /** The connection has answered everything that it was sent. */
  settled(connection: string): void {
    for (const { waiting } of this.open) if (waiting.get(connection)) waiting.delete(connection);
    this.sweep();
  }

  rejected(connection: string): void {
    for (const push of this.open) if (push.waiting.get(connection)) push.rejected.add(connection);
  }

  gone(connection: string): void {
    for (const { waiting } of this.open) waiting.delete(connection);
    this.sweep();
  }

  private sweep(): void {
    const done = this.open.filter(({ waiting }) => waiting.size === 0);
    if (done.length === 0) return;
    this.open = this.open.filter(({ waiting }) => waiting.size > 0);
    for (const { version, full, proxies, rejected, startedAt } of done) {
      this.options.finished({ version, full, proxies, rejected: [...rejected], durationMs: this.options.now() - startedAt });
    }
  }
}
