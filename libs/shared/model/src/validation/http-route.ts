import type {
  Headers, Headers_HeaderOperations, HTTPMatchRequest, HTTPRedirect, HTTPRetry, HTTPRewrite, HTTPRoute, HTTPRouteDestination,
} from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { validateCorsPolicy } from './cors-policy.js';
import { validateDestination, validateWeights } from './destination.js';
import { validateFaultInjection } from './fault-injection.js';
import { isKnownHttpStatus } from './http-status.js';
import { validateLabels } from './label-map.js';
import { duration, headerName, percent, port } from './primitives.js';
import type { Report } from './report.js';
import { validateGatewayNames } from './shared.js';

export function validateHttpRoute(report: Report, route: HTTPRoute): void {
  if (route.redirect === undefined) {
    report.require(route.route.length > 0, 'a route or a redirect is required');
  } else {
    validateRedirectAlone(report, route);
    validateRedirect(report.at('redirect'), route.redirect);
  }
  validateHeaderFields(report, route);
  report.each('match', route.match, validateMatch);
  report.each('route', route.route, validateHttpDestination);
  validateWeights(report, route.route.map((destination) => destination.weight));
  if (route.mirror !== undefined) validateDestination(report.at('mirror'), route.mirror);
  if (route.mirrorPercent !== undefined) report.at('mirrorPercent').fault(percent(route.mirrorPercent));
  report.at('timeout').fault(duration(route.timeout));
  if (route.rewrite !== undefined) validateRewrite(report.at('rewrite'), route.rewrite);
  if (route.retries !== undefined) validateRetries(report.at('retries'), route.retries);
  if (route.fault !== undefined) validateFaultInjection(report.at('fault'), route.fault);
  if (route.corsPolicy !== undefined) validateCorsPolicy(report.at('corsPolicy'), route.corsPolicy);
}

function validateRedirectAlone(report: Report, route: HTTPRoute): void {
  const excluded: [string, boolean][] = [
    ['route', route.route.length > 0], ['fault', route.fault !== undefined],
    ['rewrite', route.rewrite !== undefined], ['websocketUpgrade', route.websocketUpgrade],
  ];
  for (const [field, present] of excluded) if (present) report.at(field).error('a redirect excludes it');
}

function validateHttpDestination(report: Report, destination: HTTPRouteDestination): void {
  validateDestination(report.at('destination'), destination.destination);
  report.at('weight').fault(percent(destination.weight));
  validateHeaderFields(report, destination);
}

type HeaderFields = Pick<HTTPRoute, 'headers' | 'appendHeaders' | 'appendRequestHeaders' | 'appendResponseHeaders' | 'removeRequestHeaders' | 'removeResponseHeaders'>;

/** The header operations of a route or of a destination, the deprecated ones too. */
function validateHeaderFields(report: Report, fields: Omit<HeaderFields, 'appendHeaders'> & Partial<Pick<HeaderFields, 'appendHeaders'>>): void {
  for (const name of ['appendHeaders', 'appendRequestHeaders', 'appendResponseHeaders'] as const) {
    report.entries(name, fields[name], (entry, _, header) => entry.fault(headerName(header)));
  }
  for (const name of ['removeRequestHeaders', 'removeResponseHeaders'] as const) {
    report.each(name, fields[name], (entry, header) => entry.fault(headerName(header)));
  }
  validateHeaders(report.at('headers'), fields.headers);
}

function validateHeaders(report: Report, headers: Headers | undefined): void {
  for (const side of ['request', 'response'] as const) {
    const operations: Headers_HeaderOperations | undefined = headers?.[side];
    report.at(side).entries('set', operations?.set, (entry, _, header) => entry.fault(headerName(header)));
    report.at(side).entries('add', operations?.add, (entry, _, header) => entry.fault(headerName(header)));
    report.at(side).each('remove', operations?.remove, (entry, header) => entry.fault(headerName(header)));
  }
}

function validateMatch(report: Report, match: HTTPMatchRequest): void {
  report.entries('headers', match.headers, (entry, _, header) => entry.fault(headerName(header)));
  if (match.port !== 0) report.at('port').fault(port(match.port));
  validateLabels(report, 'sourceLabels', match.sourceLabels);
  validateGatewayNames(report, match.gateways);
}

function validateRedirect(report: Report, redirect: HTTPRedirect): void {
  report.require(redirect.uri !== '' || redirect.authority !== '', 'uri or authority is required');
  const code = redirect.redirectCode;
  report.at('redirectCode').require(code === 0 || (code >= 300 && code <= 399), `${code} is not in the range 300..399`);
}

function validateRewrite(report: Report, rewrite: HTTPRewrite): void {
  report.require(rewrite.uri !== '' || rewrite.authority !== '', 'uri or authority is required');
}

const retryConditions: ReadonlySet<string> = new Set([
  '5xx', 'gateway-error', 'reset', 'connect-failure', 'retriable-4xx', 'refused-stream', 'retriable-status-codes',
  'cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable',
]);

function validateRetries(report: Report, retries: HTTPRetry): void {
  report.at('attempts').require(retries.attempts >= 0, `${retries.attempts} must not be negative`);
  if (retries.attempts === 0 && (retries.perTryTimeout !== undefined || retries.retryOn !== '')) {
    report.error('perTryTimeout and retryOn need attempts above 0');
  }
  report.at('perTryTimeout').fault(duration(retries.perTryTimeout));
  for (const condition of retries.retryOn === '' ? [] : retries.retryOn.split(',')) {
    const known = retryConditions.has(condition) || isKnownHttpStatus(condition);
    report.at('retryOn').require(known, `${JSON.stringify(condition)} is neither a retry condition nor an HTTP status`);
  }
}
