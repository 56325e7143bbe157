import type {
  CorsPolicy, HTTPFaultInjection, HTTPRetry, HTTPRoute, HTTPRouteDestination, Percent,
} from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { durationMs } from '@quartet/model';
import { noHeaders, type CorsView, type FaultView, type HeaderOperationsView, type PartsPerMillion, type RetryView } from './route-view.js';

export const defaultRetry: RetryView = Object.freeze({
  attempts: 2, retryOn: 'connect-failure,refused-stream,unavailable,cancelled,resource-exhausted,retriable-status-codes', statusCodes: [503], perTryTimeoutMs: undefined,
});

/** HTTP codes among `retryOn` become status codes to retry; attempts <= 0 turn retries off. */
export function translateRetry(retry: HTTPRetry | undefined): RetryView | undefined {
  if (!retry) return defaultRetry;
  if (retry.attempts <= 0) return undefined;
  const words = retry.retryOn.split(',').map((word) => word.trim()).filter((word) => word !== '');
  const codes = words.filter((word) => /^\d{3}$/.test(word) && Number(word) >= 100 && Number(word) < 600).map(Number);
  const rest = words.filter((word) => !codes.includes(Number(word)));
  return {
    attempts: retry.attempts,
    retryOn: retry.retryOn === '' ? defaultRetry.retryOn : rest.join(','),
    statusCodes: retry.retryOn === '' ? defaultRetry.statusCodes : codes,
    perTryTimeoutMs: durationMs(retry.perTryTimeout),
  };
}

export function translateCors(cors: CorsPolicy | undefined): CorsView | undefined {
  return cors && {
    allowOrigin: cors.allowOrigin,
    allowMethods: cors.allowMethods.join(','),
    allowHeaders: cors.allowHeaders.join(','),
    exposeHeaders: cors.exposeHeaders.join(','),
    maxAgeSeconds: cors.maxAge?.seconds,
    allowCredentials: cors.allowCredentials,
  };
}

export function translateFault(fault: HTTPFaultInjection | undefined): FaultView | undefined {
  const delayMs = durationMs(fault?.delay?.fixedDelay);
  const delay = fault?.delay && delayMs !== undefined ? { ms: delayMs, fraction: fraction(fault.delay) } : undefined;
  const abort = fault?.abort?.httpStatus ? { httpStatus: fault.abort.httpStatus, fraction: fraction(fault.abort) } : undefined;
  return delay || abort ? { delay, abort } : undefined;
}

/** `percentage` wins over the deprecated whole `percent`. */
function fraction(part: { percent: number; percentage?: Percent | undefined }): PartsPerMillion {
  return Math.floor((part.percentage?.value ?? part.percent) * 10_000);
}

const sorted = (map: Readonly<Record<string, string>>): [string, string][] => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

/** `headers` and its deprecated flat forms; `appendHeaders` is the oldest name of `appendRequestHeaders`. */
export function translateHeaders(source: HTTPRoute | HTTPRouteDestination): HeaderOperationsView {
  const { headers } = source;
  const old = 'appendHeaders' in source ? sorted(source.appendHeaders) : [];
  const view: HeaderOperationsView = {
    requestSet: sorted(headers?.request?.set ?? {}),
    requestAdd: [...sorted(headers?.request?.add ?? {}), ...sorted(source.appendRequestHeaders), ...old],
    requestRemove: [...(headers?.request?.remove ?? []), ...source.removeRequestHeaders],
    responseSet: sorted(headers?.response?.set ?? {}),
    responseAdd: [...sorted(headers?.response?.add ?? {}), ...sorted(source.appendResponseHeaders)],
    responseRemove: [...(headers?.response?.remove ?? []), ...source.removeResponseHeaders],
  };
  return Object.values(view).every((list) => list.length === 0) ? noHeaders : view;
}

export function joinHeaders(a: HeaderOperationsView, b: HeaderOperationsView): HeaderOperationsView {
  if (b === noHeaders) return a;
  if (a === noHeaders) return b;
  return {
    requestSet: [...a.requestSet, ...b.requestSet], requestAdd: [...a.requestAdd, ...b.requestAdd], requestRemove: [...a.requestRemove, ...b.requestRemove],
    responseSet: [...a.responseSet, ...b.responseSet], responseAdd: [...a.responseAdd, ...b.responseAdd], responseRemove: [...a.responseRemove, ...b.responseRemove],
  };
}
