export { migrate, type MigratedFile, type MigrateOptions, type Migration } from './migrate.js';
export type { NotCarried } from './not-carried.js';
export type { Dimension, HeaderCondition, RateLimit, RateLimitSpec, TokenBucket } from './quota/rate-limit.js';
export { rateLimitFilter } from './quota/rate-limit-filter.js';
