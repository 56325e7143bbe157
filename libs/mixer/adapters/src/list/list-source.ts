import type { AdapterEnv } from '@quartet/mixer-adapter-sdk';
import type { EntrySet } from './entry-set.js';

/** Fetches a list's text: an HTTP GET that must answer 200. */
export type FetchList = (url: string) => Promise<string>;

export interface ListSourceOptions {
  readonly url: string;
  readonly refreshMs: number;
  readonly ttlMs: number;
  readonly parse: (text: string) => EntrySet;
}

/** A list kept fresh from its provider: a failed fetch keeps the last one until its ttl has passed. */
export class ListSource {
  #entries: EntrySet | undefined;
  #text: string | undefined;
  #lastError: Error = new Error('list has not been fetched');
  #purgeAt = Infinity;

  constructor(
    private readonly options: ListSourceOptions,
    private readonly fetchList: FetchList,
    private readonly env: AdapterEnv,
  ) {}

  get lastError(): Error {
    return this.#lastError;
  }

  /** Why there is no list is {@link lastError}. */
  get entries(): EntrySet | undefined {
    if (this.env.now() >= this.#purgeAt) this.#purge();
    return this.#entries;
  }

  async start(): Promise<void> {
    this.env.every(this.options.refreshMs, () => this.refresh());
    await this.refresh();
  }

  /** Never rejects. */
  async refresh(): Promise<void> {
    try {
      const text = await this.fetchList(this.options.url);
      if (text !== this.#text) this.#entries = this.options.parse(text);
      this.#text = text;
      this.#purgeAt = this.env.now() + this.options.ttlMs;
    } catch (error) {
      this.#lastError = error as Error;
      this.env.logger.warn(`could not fetch list from ${this.options.url}: ${this.#lastError.message}`);
    }
  }

  #purge(): void {
    this.#entries = undefined;
    this.#text = undefined;
    this.#purgeAt = Infinity;
    this.env.logger.warn(`list from ${this.options.url} is older than its ttl and forgotten`);
  }
}
