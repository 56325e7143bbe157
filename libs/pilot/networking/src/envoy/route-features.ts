import { RetryPolicy } from '@quartet/api/envoy/config/route/v3/route_components';
import { CorsPolicy as FilterCorsPolicy } from '@quartet/api/envoy/extensions/filters/http/cors/v3/cors';
import { HTTPFault } from '@quartet/api/envoy/extensions/filters/http/fault/v3/fault';
import { PreviousHostsPredicate } from '@quartet/api/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts';
import { FractionalPercent_DenominatorType as Denominator } from '@quartet/api/envoy/type/v3/percent';
import type { Any } from '@quartet/api/google/protobuf/any';
import { durationFromMs } from '@quartet/model';
import type { CorsView, FaultView, RetryView } from '../view/route-view.js';
import { packAny } from './any.js';

export const CORS = 'envoy.filters.http.cors';
export const FAULT = 'envoy.filters.http.fault';

/** A retry goes to another host if it can. */
export function retryPolicy(view: RetryView): RetryPolicy {
  const name = 'envoy.retry_host_predicates.previous_hosts';
  return RetryPolicy.fromPartial({
    numRetries: view.attempts,
    retryOn: view.retryOn,
    retriableStatusCodes: [...view.statusCodes],
    perTryTimeout: view.perTryTimeoutMs === undefined ? undefined : durationFromMs(view.perTryTimeoutMs),
    retryHostPredicate: [{ name, typedConfig: packAny('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate', PreviousHostsPredicate, {}) }],
    hostSelectionRetryMaxAttempts: 5,
  });
}

export function corsPerRoute(view: CorsView): Record<string, Any> {
  const policy = FilterCorsPolicy.fromPartial({
    // An exact `*` allows every origin.
    allowOriginStringMatch: view.allowOrigin.map((exact) => ({ exact })),
    allowMethods: view.allowMethods, allowHeaders: view.allowHeaders, exposeHeaders: view.exposeHeaders,
    maxAge: view.maxAgeSeconds === undefined ? '' : String(view.maxAgeSeconds),
    allowCredentials: view.allowCredentials,
    filterEnabled: { defaultValue: { numerator: 100, denominator: Denominator.HUNDRED } },
  });
  return { [CORS]: packAny('envoy.extensions.filters.http.cors.v3.CorsPolicy', FilterCorsPolicy, policy) };
}

export function faultPerRoute(view: FaultView): Record<string, Any> {
  const percentage = (numerator: number) => ({ numerator, denominator: Denominator.MILLION });
  const fault = HTTPFault.fromPartial({
    delay: view.delay && { fixedDelay: durationFromMs(view.delay.ms), percentage: percentage(view.delay.fraction) },
    abort: view.abort && { httpStatus: view.abort.httpStatus, percentage: percentage(view.abort.fraction) },
  });
  return { [FAULT]: packAny('envoy.extensions.filters.http.fault.v3.HTTPFault', HTTPFault, fault) };
}

