import type { RateLimit } from '@quartet/api/quartet/v1alpha1/rate_limit';
import type { Proxy } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';

/** A limit that the workload's Envoy keeps by itself. */
export interface RateLimitView {
  /** `namespace/name` of the RateLimit. */
  readonly id: string;
  readonly spec: RateLimit;
}

/** The limits of one inbound port of the workload. */
export function workloadRateLimits(push: PushContext, proxy: Proxy, port: number): readonly RateLimitView[] {
  return push.rateLimits
    .limitsFor(proxy.configNamespace, push.labelsOf(proxy))
    .filter(({ spec }) => spec.ports.length === 0 || spec.ports.includes(port))
    .map(({ metadata, spec }) => ({ id: `${metadata.namespace}/${metadata.name}`, spec }));
}
