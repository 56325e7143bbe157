import type { KV } from '@nats-io/kv';
import { setTimeout as delay } from 'node:timers/promises';
import { statusKey } from './subjects.js';
import type { BusCounters, ComponentStatus, ControlBusOptions } from './types.js';

/** Keeps this instance's status in the bucket: on each change at once, and as a heartbeat. One publication at a time, the newest state wins. */
export class StatusPublisher {
  #current: ComponentStatus;
  #bucket: KV | undefined;
  #dirty = false;
  #sending: Promise<void> | undefined;
  readonly #key: string;
  readonly #timer: NodeJS.Timeout;

  constructor(
    options: ControlBusOptions,
    private readonly counters: BusCounters,
    private readonly failed: (error: unknown) => void,
  ) {
    const { component, instance, version, address, startedAt = new Date() } = options;
    this.#key = statusKey(component, instance);
    this.#current = { component, instance, version, address, ready: false, readiness: {}, configVersion: '', startedAt: startedAt.toISOString(), detail: {} };
    this.#timer = setInterval(() => this.touch(), options.heartbeatMs ?? 3_000).unref();
  }

  get current(): ComponentStatus {
    return this.#current;
  }

  /** An unchanged status is not published again. */
  update(change: { readonly [K in keyof ComponentStatus]?: ComponentStatus[K] | undefined }): void {
    const next = { ...this.#current, ...change } as ComponentStatus;
    if (JSON.stringify(next) === JSON.stringify(this.#current)) return;
    this.#current = next;
    this.touch();
  }

  touch(): void {
    this.#dirty = true;
    if (this.#bucket) this.#sending ??= this.#send();
  }

  attach(bucket: KV): void {
    this.#bucket = bucket;
    this.touch();
  }

  detach(): void {
    this.#bucket = undefined;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const bucket = this.#bucket;
    this.#bucket = undefined;
    await this.#sending;
    if (bucket) await Promise.race([bucket.delete(this.#key).catch(() => {}), delay(1_000, undefined, { ref: false })]);
  }

  async #send(): Promise<void> {
    await Promise.resolve();
    for (let bucket = this.#bucket; bucket && this.#dirty; bucket = this.#bucket) {
      this.#dirty = false;
      try {
        await bucket.put(this.#key, JSON.stringify(this.#current));
        this.counters.statusPublished++;
      } catch (error) {
        this.#dirty = true;
        this.#bucket = undefined;
        this.failed(error);
      }
    }
    this.#sending = undefined;
  }
}
