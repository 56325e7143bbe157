import { RateLimitResponse_Code as Code, RateLimitResponse_RateLimit_Unit as WireUnit, type RateLimitResponse_DescriptorStatus } from '@quartet/api/envoy/service/ratelimit/v3/rls';
import type { Taken } from './counter-store.js';
import type { Limit, LimitedDescriptor } from './limit.js';
import { unitOf } from './window.js';

export type Outcome = 'ok' | 'over_limit' | 'shadow_over_limit';

export interface Verdict {
  readonly status: RateLimitResponse_DescriptorStatus;
  readonly outcome: Outcome;
}

/** The status of a descriptor that nothing limits. */
export const unlimited: RateLimitResponse_DescriptorStatus = { code: Code.OK, currentLimit: undefined, limitRemaining: 0, durationUntilReset: undefined, quota: undefined };

export function verdict({ limit }: LimitedDescriptor, { granted, used, resetMs }: Taken): Verdict {
  const outcome: Outcome = granted ? 'ok' : limit.shadow ? 'shadow_over_limit' : 'over_limit';
  return {
    outcome,
    status: {
      code: outcome === 'over_limit' ? Code.OVER_LIMIT : Code.OK,
      currentLimit: wireLimit(limit),
      limitRemaining: Math.max(0, limit.requests - used),
      durationUntilReset: { seconds: Math.floor(resetMs / 1_000), nanos: Math.round((resetMs % 1_000) * 1e6) },
      quota: undefined,
    },
  };
}

/** A window that is no unit of the protocol is UNKNOWN there. */
function wireLimit({ name, requests, windowMs }: Limit) {
  const unit = unitOf(windowMs);
  return { name, requestsPerUnit: requests, unit: unit === undefined ? WireUnit.UNKNOWN : WireUnit[unit.toUpperCase() as keyof typeof WireUnit] };
}
