import type { Logger } from '@quartet/nest-kit';
import type { CounterStore, Take, Taken } from '@quartet/ratelimit-core';
import { Redis, type Callback, type Result } from 'ioredis';

/** One key is one window: it appears with the first granted hit and expires at the window's end, so no clock is compared. */
const script = `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local reset = redis.call('PTTL', KEYS[1])
local hits, requests, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if used + hits > requests then return {0, used, reset > 0 and reset or window} end
used = redis.call('INCRBY', KEYS[1], hits)
if reset <= 0 then
  redis.call('PEXPIRE', KEYS[1], window)
  reset = window
end
return {1, used, reset}`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    quartetTake(key: string, hits: number, requests: number, windowMs: number, callback?: Callback<number[]>): Result<number[], Context>;
  }
}

export interface RedisCountersOptions {
  readonly url: string;
  readonly timeoutMs: number;
  readonly log: Logger;
}

/** Counters in Redis, shared by every instance. Each key is taken from atomically; a lost Redis is reconnected to for ever. */
export class RedisCounters implements CounterStore {
  readonly #redis: Redis;
  #connected = false;

  constructor({ url, timeoutMs, log }: RedisCountersOptions) {
    this.#redis = new Redis(url, {
      commandTimeout: timeoutMs, connectTimeout: 2_000, enableOfflineQueue: false, maxRetriesPerRequest: 0, enableAutoPipelining: true, retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    });
    this.#redis.defineCommand('quartetTake', { numberOfKeys: 1, lua: script });
    this.#redis.on('ready', () => {
      this.#connected = true;
      log.info('connected to Redis');
    });
    this.#redis.on('close', () => {
      if (this.#connected) log.warn('lost Redis; connecting again');
      this.#connected = false;
    });
    this.#redis.on('error', (error: Error) => log.debug({ err: error }, 'Redis'));
  }

  get connected(): boolean {
    return this.#connected;
  }

  async take(takes: readonly Take[]): Promise<Taken[]> {
    return Promise.all(takes.map(async ({ key, hits, requests, windowMs }) => {
      const [granted, used = 0, resetMs = windowMs] = await this.#redis.quartetTake(`quartet:ratelimit:${windowMs}:${key}`, hits, requests, windowMs);
      return { granted: granted === 1, used, resetMs };
    }));
  }

  close(): void {
    this.#redis.disconnect();
  }
}
