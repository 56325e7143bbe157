import { ServerNats } from '@nestjs/microservices';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import type { ControlBus } from './control-bus.js';
import { commandSubject } from './subjects.js';

interface Packet {
  readonly pattern?: unknown;
  readonly data?: unknown;
  readonly id?: string;
}

/**
 * Serves Nest message patterns as commands of the bus, on the bus's own connection: `app.connectMicroservice({ strategy: new CommandServer(bus) })`.
 * The pattern `drain` of the component `pilot` answers at `quartet.pilot.drain` and `quartet.pilot.<instance>.drain`.
 * `listen` never waits for NATS: patterns are subscribed whenever a connection opens. Plain JSON without Nest's packet is accepted too.
 */
export class CommandServer extends ServerNats {
  #subscriptions: Subscription[] = [];
  #forget: (() => void) | undefined;

  constructor(private readonly bus: ControlBus) {
    super({ deserializer: { deserialize: readPacket } });
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    this.#forget = this.bus.onConnection((connection) => this.bindEvents(connection));
    callback();
  }

  override bindEvents(connection: NatsConnection): void {
    this.#unsubscribe();
    for (const pattern of this.messageHandlers.keys()) {
      const answer = this.getMessageHandler(pattern);
      const callback = (error: Error | null, message: unknown): void => void answer(error, message);
      for (const subject of this.#subjects(pattern)) this.#subscriptions.push(connection.subscribe(subject, { callback }));
    }
  }

  #subjects(pattern: string): string[] {
    const { component, instance } = this.bus.identity;
    return [commandSubject(component, pattern), commandSubject(component, pattern, instance)];
  }

  #unsubscribe(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
  }

  override async close(): Promise<void> {
    this.#forget?.();
    this.#unsubscribe();
  }
}

function readPacket(message: { json(): unknown; readonly data: Uint8Array }, options?: Record<string, unknown>): never {
  const value = message.data.length === 0 ? {} : message.json();
  const packet = typeof value === 'object' && value !== null ? (value as Packet) : {};
  const nests = packet.pattern !== undefined && packet.id !== undefined;
  return (nests ? packet : { pattern: options?.['channel'], data: value, id: options?.['replyTo'] }) as never;
}
