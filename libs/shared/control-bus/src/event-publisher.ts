import { randomUUID } from 'node:crypto';
import type { JetStreamClient } from '@nats-io/jetstream';
import { BoundedQueue } from './bounded-queue.js';
import { eventSubject } from './subjects.js';
import type { BusCounters, BusEvent, ControlBusOptions } from './types.js';

interface Queued {
  readonly id: string;
  readonly subject: string;
  readonly payload: string;
}

const batchSize = 64;

/** Larger events are dropped: the server would refuse them again and again. */
const maxEventBytes = 256 << 10;

/** Brings events to the stream in order, a batch at a time; a batch without acknowledgement goes again under the same ids, which the server deduplicates. */
export class EventPublisher {
  readonly #queue: BoundedQueue<Queued>;
  #js: JetStreamClient | undefined;
  #sending: Promise<void> | undefined;

  constructor(
    options: ControlBusOptions,
    private readonly counters: BusCounters,
    private readonly failed: (error: unknown) => void,
  ) {
    this.#queue = new BoundedQueue(options.maxQueuedEvents ?? 1_000, () => this.counters.eventsDropped++);
  }

  publish(event: BusEvent): void {
    const payload = JSON.stringify(event);
    if (payload.length > maxEventBytes) return void this.counters.eventsDropped++;
    this.#queue.push({ id: randomUUID(), subject: eventSubject(event.component, event.type), payload });
    this.#start();
  }

  attach(js: JetStreamClient): void {
    this.#js = js;
    this.#start();
  }

  detach(): void {
    this.#js = undefined;
  }

  /** Waits for what is on its way, bounded by the request time-out. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  #start(): void {
    this.#sending ??= this.#send();
  }

  async #send(): Promise<void> {
    await Promise.resolve();
    for (let js = this.#js; js && this.#queue.length > 0; js = this.#js) {
      const batch = this.#queue.take(batchSize);
      const results = await Promise.allSettled(batch.map(({ id, subject, payload }) => js.publish(subject, payload, { msgID: id })));
      const refused = batch.filter((_, index) => results[index]?.status === 'rejected');
      this.counters.eventsPublished += batch.length - refused.length;
      if (refused.length === 0) continue;
      this.#queue.putBack(refused);
      this.#js = undefined;
      this.failed(results.find((result) => result.status === 'rejected')?.reason);
    }
    this.#sending = undefined;
  }
}
