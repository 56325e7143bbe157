export { rateLimitOptions, type RateLimitOptions } from './options.js';
export { RateLimiter } from './rate-limiter.js';
export { RateLimitModule } from './rate-limit.module.js';
