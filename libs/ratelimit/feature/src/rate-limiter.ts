import { Server, ServerCredentials, status, type handleUnaryCall } from '@grpc/grpc-js';
import { RateLimitServiceService, type RateLimitRequest, type RateLimitResponse } from '@quartet/api/envoy/service/ratelimit/v3/rls';
import { formatAddress, type Loggers, type Monitoring } from '@quartet/nest-kit';
import { MemoryCounters } from '@quartet/ratelimit-core';
import { LimitFiles } from './limit-files.js';
import type { RateLimitOptions } from './options.js';
import { RateLimitMetrics } from './rate-limit-metrics.js';
import { InvalidRequest, RateLimitService } from './rate-limit-service.js';
import { RedisCounters } from './redis-counters.js';

export interface RateLimiterContext {
  readonly loggers: Loggers;
  readonly monitoring: Monitoring;
}

/** The server of envoy.service.ratelimit.v3: limits from files, counters in Redis or in this process. */
export class RateLimiter {
  readonly files: LimitFiles;
  readonly #server: Server;
  readonly #redis: RedisCounters | undefined;
  #port = 0;

  constructor(
    private readonly options: RateLimitOptions,
    { loggers, monitoring }: RateLimiterContext,
  ) {
    const log = loggers.get('ratelimit');
    const memory = new MemoryCounters(options.memoryMaxCounters);
    const redis = options.redisUrl === undefined ? undefined : new RedisCounters({ url: options.redisUrl, timeoutMs: options.redisTimeout, log });
    const metrics = new RateLimitMetrics(monitoring.registry, { overflowed: () => memory.overflowed, counters: () => memory.size, connected: () => redis?.connected ?? false });
    this.#redis = redis;
    this.files = new LimitFiles(options.limits, { log, loaded: (result) => metrics.loaded(result) });
    const service = new RateLimitService({ ...options, table: () => this.files.table, store: redis ?? memory, metrics, now: () => performance.now() });
    this.#server = new Server({ 'grpc.max_receive_message_length': options.maxMessageSize, 'grpc.keepalive_time_ms': 30_000 });
    this.#server.addService(RateLimitServiceService, { shouldRateLimit: handler(service, (error) => log.error({ err: error }, 'ShouldRateLimit')) });
    monitoring.readiness.add('limits', () => this.files.problem ?? true);
    if (redis) monitoring.readiness.add('redis', () => redis.connected || 'not connected');
  }

  get port(): number {
    return this.#port;
  }

  /** @throws if the limits can't be read or the address can't be bound */
  async start(): Promise<void> {
    await this.files.start();
    const address = formatAddress(this.options.address);
    this.#port = await new Promise((resolve, reject) => this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => (error ? reject(new Error(`--address ${address}: ${error.message}`)) : resolve(port))));
  }

  async close(): Promise<void> {
    this.#server.forceShutdown();
    this.#redis?.close();
    await this.files.close();
  }
}

function handler(service: RateLimitService, failed: (error: unknown) => void): handleUnaryCall<RateLimitRequest, RateLimitResponse> {
  return ({ request }, callback) => {
    service.decide(request).then(
      (response) => callback(null, response),
      (error: Error) => {
        const invalid = error instanceof InvalidRequest;
        if (!invalid) failed(error);
        callback({ code: invalid ? status.INVALID_ARGUMENT : status.INTERNAL, details: error.message });
      },
    );
  };
}
