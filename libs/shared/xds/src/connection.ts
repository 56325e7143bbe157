import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { DiscoveryRequest } from '@quartet/api/envoy/service/discovery/v3/discovery';
import type { XdsSession } from './session.js';

export type DiscoveryStream = ServerDuplexStream<DiscoveryRequest, Buffer>;

/** One admitted stream, as seen from outside. */
export interface Connection<Client> {
  /** `<node id>-<counter>`, unique in this process. */
  readonly id: string;
  readonly client: Client;
  /** `address:port` or the socket's name. */
  readonly peer: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly session: Pick<XdsSession, 'all' | 'subscription' | 'settled' | 'view'>;
  /** Bytes sent that the client's flow control has not let through yet. */
  readonly bufferedBytes: number;
}

export interface WriterLimits {
  /** A client that takes nothing for so long is closed. */
  readonly sendTimeoutMs: number;
  /** A client for which more is buffered is closed. */
  readonly maxBufferedBytes: number;
}

export interface WriterEvents {
  /** Everything went out; the client takes more. */
  drained(): void;
  /** The client took nothing for the time allowed, or too much is buffered for it. */
  stuck(reason: string): void;
}

/** Writes to a stream and watches that the client takes it. */
export class StreamWriter {
  bufferedBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly stream: DiscoveryStream, private readonly limits: WriterLimits, private readonly events: WriterEvents) {}

  get idle(): boolean {
    return this.bufferedBytes === 0;
  }

  write(bytes: Buffer): void {
    if (this.closed) return;
    this.bufferedBytes += bytes.length;
    this.stream.write(bytes, () => this.flushed(bytes.length));
    if (this.bufferedBytes > this.limits.maxBufferedBytes) {
      this.fail(`${this.bufferedBytes} bytes are waiting for it`);
      return;
    }
    this.timer ??= this.startTimer();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private startTimer(): NodeJS.Timeout {
    return setTimeout(() => this.fail(`it took nothing for ${this.limits.sendTimeoutMs} ms`), this.limits.sendTimeoutMs).unref();
  }

  private flushed(bytes: number): void {
    this.bufferedBytes -= bytes;
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = this.idle ? undefined : this.startTimer();
    if (this.idle) this.events.drained();
  }

  private fail(reason: string): void {
    if (this.closed) return;
    this.close();
    this.events.stuck(reason);
  }
}
