import { Dialer, type DialOptions } from './dialer.js';
import { silentLog, silentReporter, type McpLog, type McpReporter } from './reporter.js';
import { sourceClientMethod } from './service-definitions.js';
import { SinkSession, type SinkCollection, type SinkUpdater } from './sink-session.js';
import { runSinkStream } from './sink-stream.js';

export interface SinkOptions {
  readonly sinkId: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly collections: readonly SinkCollection[];
  readonly updater: SinkUpdater;
  readonly report?: McpReporter;
  readonly log?: McpLog;
}

export type SinkClientOptions = SinkOptions & Omit<DialOptions, 'log'>;

/** A sink that dials its source and stays connected. What it holds when the source goes stays as it is. */
export class McpSinkClient {
  readonly #dialer;
  readonly #session: SinkSession;
  readonly #report: McpReporter;
  #connected = false;

  constructor(options: SinkClientOptions) {
    this.#report = options.report ?? silentReporter;
    this.#session = createSinkSession(options);
    this.#dialer = new Dialer(sourceClientMethod, { ...options, log: options.log ?? silentLog });
  }

  /** True from a stream's first message to its end. */
  get connected(): boolean {
    return this.#connected;
  }

  start(): this {
    this.#dialer.start(async (stream) => {
      if (this.#dialer.attempts > 1) this.#report.reconnect();
      stream.once('data', () => {
        this.#connected = true;
        this.#report.clients(1);
      });
      const reason = await runSinkStream(this.#session, stream, this.#report);
      this.#connected = false;
      this.#report.clients(0);
      return reason;
    });
    return this;
  }

  async close(): Promise<void> {
    await this.#dialer.close();
  }
}

export function createSinkSession({ sinkId, annotations = {}, collections, updater, report = silentReporter }: SinkOptions): SinkSession {
  return new SinkSession({ id: sinkId, annotations: { ...annotations } }, collections, updater, report);
}
