import { addressSchema, defineOptions, durationSchema, type OptionsOf } from '@quartet/nest-kit';
import { z } from 'zod';

const count = z.coerce.number().int().positive();

export const rateLimitOptions = defineOptions({
  address: { flag: '--address <host:port>', help: 'where envoy.service.ratelimit.v3 is served, in plaintext', schema: addressSchema, default: '0.0.0.0:8081' },
  limits: { flag: '--limits <path>', help: 'YAML file, or folder of such files, of domains, descriptors and rate limits; followed while running', schema: z.string().min(1) },
  redisUrl: { flag: '--redis-url <url>', help: 'redis://host:port or unix path of the counters that all instances share; without it they are kept in this process', schema: z.string().optional() },
  redisTimeout: { flag: '--redis-timeout <duration>', help: 'longest wait for Redis', schema: durationSchema, default: '100ms' },
  failureMode: { flag: '--failure-mode <open|closed>', help: 'while Redis does not answer: open lets requests pass, closed refuses them', schema: z.enum(['open', 'closed']), default: 'open' },
  memoryMaxCounters: { flag: '--memory-max-counters <count>', help: 'counters kept in this process at most', schema: count, default: '100000' },
  maxDescriptors: { flag: '--max-descriptors <count>', help: 'descriptors of one request at most', schema: count, default: '64' },
  maxMessageSize: { flag: '--max-message-size <bytes>', help: 'largest request', schema: count, default: '65536' },
  maxPending: { flag: '--max-pending <count>', help: 'requests that wait for Redis at once; more are answered by --failure-mode', schema: count, default: '10000' },
});

export type RateLimitOptions = OptionsOf<typeof rateLimitOptions>;
