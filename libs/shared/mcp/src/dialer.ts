import { Client, credentials, type ChannelCredentials, type ClientDuplexStream, type ClientOptions, type MethodDefinition } from '@grpc/grpc-js';
import { setTimeout as delay } from 'node:timers/promises';
import type { McpLog } from './reporter.js';

export interface DialOptions {
  /** `host:port` or `unix:path`. */
  readonly address: string;
  readonly credentials?: ChannelCredentials;
  /** Largest message taken, in bytes; default 64 MiB (Istio: 4 MiB, over which every push ends the stream, each time). */
  readonly maxReceiveBytes?: number;
  /** Milliseconds before the first and the last of the growing waits between attempts; default 250 and 5000 (Istio: 1000 always). */
  readonly backoffMs?: { readonly first: number; readonly max: number };
  readonly log: McpLog;
}

/** Keeps one stream to a peer alive: dials at once and again after any end, with growing waits that a first message resets. */
export class Dialer<Request, Response> {
  readonly address: string;
  readonly #client: Client;
  readonly #abort = new AbortController();
  readonly #first: number;
  readonly #max: number;
  #stream: ClientDuplexStream<Request, Response> | undefined;
  #wait: number;
  #done: Promise<void> | undefined;
  /** Streams opened. */
  attempts = 0;

  constructor(
    private readonly method: MethodDefinition<Request, Response>,
    private readonly options: DialOptions,
  ) {
    this.address = options.address;
    this.#first = options.backoffMs?.first ?? 250;
    this.#max = options.backoffMs?.max ?? 5_000;
    this.#wait = this.#first;
    this.#client = new Client(options.address, options.credentials ?? credentials.createInsecure(), channelOptions(options, this.#first));
  }

  /** `run` gets each stream and resolves when it has ended. */
  start(run: (stream: ClientDuplexStream<Request, Response>) => Promise<Error | undefined>): void {
    this.#done ??= this.#loop(run);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#stream?.cancel();
    await this.#done;
    this.#client.close();
  }

  async #loop(run: (stream: ClientDuplexStream<Request, Response>) => Promise<Error | undefined>): Promise<void> {
    const { address, log } = this.options;
    let lastReason = '';
    while (!this.#abort.signal.aborted) {
      this.attempts++;
      const stream = this.#client.makeBidiStreamRequest(this.method.path, this.method.requestSerialize, this.method.responseDeserialize);
      this.#stream = stream;
      stream.once('data', () => {
        lastReason = '';
        this.#wait = this.#first;
      });
      const ended = await run(stream);
      stream.cancel();
      if (this.#abort.signal.aborted) return;
      const reason = ended?.message ?? 'the peer ended the stream';
      if (reason !== lastReason) log.warn(`${address}: ${reason}; dialling again`);
      lastReason = reason;
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    const wait = this.#wait * (1 - Math.random() / 4);
    this.#wait = Math.min(this.#max, this.#wait * 2);
    await delay(wait, undefined, { signal: this.#abort.signal, ref: false }).catch(() => {});
  }
}

/** The channel's own waits stay below ours; a dead peer is noticed within 40 s. */
function channelOptions({ maxReceiveBytes = 64 << 20 }: DialOptions, first: number): ClientOptions {
  return {
    'grpc.max_receive_message_length': maxReceiveBytes,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': first,
    'grpc.max_reconnect_backoff_ms': 1_000,
    'grpc.use_local_subchannel_pool': 1,
  };
}
