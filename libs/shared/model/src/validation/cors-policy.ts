import type { CorsPolicy } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { duration, fqdn, headerName, port } from './primitives.js';
import type { Fault, Report } from './report.js';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE']);

export function validateCorsPolicy(report: Report, policy: CorsPolicy): void {
  report.each('allowOrigin', policy.allowOrigin, (entry, value) => entry.fault(origin(value)));
  report.each('allowMethods', policy.allowMethods, (entry, method) => entry.require(methods.has(method), `${JSON.stringify(method)} is not an HTTP method`));
  report.each('allowHeaders', policy.allowHeaders, (entry, header) => entry.fault(headerName(header)));
  report.each('exposeHeaders', policy.exposeHeaders, (entry, header) => entry.fault(headerName(header)));
  const { maxAge } = policy;
  report.at('maxAge').fault(duration(maxAge) ?? (maxAge !== undefined && maxAge.nanos !== 0 ? 'must be a whole number of seconds' : undefined));
}

/** `*` or `[http[s]://]host[:port]`. */
function origin(value: string): Fault {
  if (value === '*') return undefined;
  const [hostname = '', number, ...rest] = value.replace(/^https?:\/\//, '').split(':');
  if (rest.length > 0 || (number !== undefined && !/^\d+$/.test(number))) return `${JSON.stringify(value)} is not an origin`;
  return fqdn(hostname) ?? (number === undefined ? undefined : port(Number(number)));
}
