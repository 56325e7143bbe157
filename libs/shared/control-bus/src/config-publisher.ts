import type { KV } from '@nats-io/kv';

/** Brings the wanted keys of the configuration bucket to NATS, and again whenever the server has lost them. Writes only what differs. */
export class ConfigPublisher {
  readonly #wanted = new Map<string, string | undefined>();
  readonly #dirty = new Set<string>();
  #exclusivePrefix: string | undefined;
  #sweep = false;
  #bucket: KV | undefined;
  #sending = false;

  constructor(private readonly failed: (error: unknown) => void) {}

  put(key: string, value: unknown): void {
    const text = value === undefined ? undefined : JSON.stringify(value);
    if (this.#wanted.has(key) && this.#wanted.get(key) === text) return;
    this.#wanted.set(key, text);
    this.#dirty.add(key);
    this.#start();
  }

  /** From now on no other keys with this prefix may stand in the bucket than those of `values`. */
  replace(prefix: string, values: ReadonlyMap<string, unknown>): void {
    for (const [key, value] of values) this.put(key, value);
    for (const key of this.#wanted.keys()) if (key.startsWith(prefix) && !values.has(key)) this.put(key, undefined);
    this.#exclusivePrefix = prefix;
    this.#sweep = true;
    this.#start();
  }

  attach(bucket: KV): void {
    this.#bucket = bucket;
    for (const key of this.#wanted.keys()) this.#dirty.add(key);
    this.#sweep = this.#exclusivePrefix !== undefined;
    this.#start();
  }

  detach(): void {
    this.#bucket = undefined;
  }

  #start(): void {
    if (this.#sending || !this.#bucket) return;
    this.#sending = true;
    void this.#send();
  }

  async #send(): Promise<void> {
    for (let bucket = this.#bucket; bucket && (this.#dirty.size > 0 || this.#sweep); bucket = this.#bucket) {
      const [key] = this.#dirty;
      try {
        if (key !== undefined) await this.#write(bucket, key);
        else await this.#withdrawUnknown(bucket);
      } catch (error) {
        if (key !== undefined) this.#dirty.add(key);
        this.#bucket = undefined;
        this.failed(error);
      }
    }
    this.#sending = false;
  }

  async #write(bucket: KV, key: string): Promise<void> {
    this.#dirty.delete(key);
    const text = this.#wanted.get(key);
    const present = await bucket.get(key);
    const held = present?.operation === 'PUT' ? present.string() : undefined;
    if (held === text) return;
    if (text === undefined) await bucket.delete(key);
    else await bucket.put(key, text);
  }

  async #withdrawUnknown(bucket: KV): Promise<void> {
    const unknown: string[] = [];
    for await (const key of await bucket.keys(`${this.#exclusivePrefix}>`)) if (!this.#wanted.has(key)) unknown.push(key);
    for (const key of unknown) await bucket.delete(key);
    this.#sweep = false;
  }
}
