import { runComponent } from '@quartet/nest-kit';
import { RateLimitModule, rateLimitOptions } from '@quartet/ratelimit-feature';

await runComponent({
  name: 'ratelimit',
  description: "Answers Envoy's global rate limit filter (envoy.service.ratelimit.v3) for limits that all proxies share.",
  options: rateLimitOptions,
  epilogue: `Limits, for example:
  domain: bookinfo
  descriptors:
    - key: user             # any value, each with a counter of its own
      rateLimit: { unit: minute, requestsPerUnit: 10 }
    - key: user
      value: alice          # this value
      rateLimit: { window: 10s, requestsPerUnit: 2 }`,
  module: (options) => RateLimitModule.forRoot(options),
});
