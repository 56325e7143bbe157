import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Backoff } from './backoff.js';
import type { BusCounters, BusLog } from './types.js';

export interface ConnectionEvents {
  /** A new connection object; subscriptions made on it survive reconnects. */
  opened(connection: NatsConnection): void;
  /** Connected again, perhaps to a server that forgot everything. */
  reconnected(): void;
  lost(): void;
}

/**
 * Holds one NATS connection for the life of a process: waits for a server that isn't there yet, reconnects without
 * end, and replaces the connection object should the client library give up (it does so after repeated refused logins).
 */
export class Connection {
  #current: NatsConnection | undefined;
  readonly #backoff = new Backoff();
  /** The client asks for a wait twice an attempt. */
  readonly #reconnectBackoff = new Backoff(100, 2_000);

  constructor(
    private readonly servers: readonly string[],
    private readonly name: string,
    private readonly counters: BusCounters,
    private readonly log: BusLog,
  ) {}

  get current(): NatsConnection | undefined {
    return this.counters.connected === 1 ? this.#current : undefined;
  }

  async run(events: ConnectionEvents, signal: AbortSignal): Promise<void> {
    let announced = false;
    for (let opened = 0; !signal.aborted; ) {
      try {
        const connection = await this.#open();
        if (signal.aborted) return void (await connection.close());
        if (opened++ > 0) this.counters.reconnects++;
        announced = false;
        await this.#hold(connection, events);
      } catch (error) {
        this.counters.connectFailures++;
        if (!announced) this.log.warn(`control bus: no connection to ${this.servers.join(',')} (${message(error)}); going on without it and trying again`);
        announced = true;
      }
      await this.#backoff.pause(signal);
    }
  }

  #open(): Promise<NatsConnection> {
    return connect({
      servers: [...this.servers],
      name: this.name,
      timeout: 2_000,
      maxReconnectAttempts: -1,
      reconnectDelayHandler: () => this.#reconnectBackoff.next(),
      pingInterval: 5_000,
      maxPingOut: 2,
      ignoreAuthErrorAbort: true,
    });
  }

  async #hold(connection: NatsConnection, events: ConnectionEvents): Promise<void> {
    this.#current = connection;
    this.#up();
    this.log.info(`control bus: connected to ${connection.getServer()}`);
    events.opened(connection);
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.counters.connected = 0;
        this.log.warn('control bus: connection lost');
        events.lost();
      } else if (status.type === 'reconnect') {
        this.counters.reconnects++;
        this.#up();
        this.log.info(`control bus: connected again to ${connection.getServer()}`);
        events.reconnected();
      }
    }
    this.counters.connected = 0;
    this.#current = undefined;
    events.lost();
  }

  #up(): void {
    this.counters.connected = 1;
    this.#backoff.reset();
    this.#reconnectBackoff.reset();
  }

  async close(): Promise<void> {
    await this.#current?.close().catch(() => {});
  }
}

export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
