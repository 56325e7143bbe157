import { flatten, protocolOf, queryParamsOf, urlPathOf } from '../attributes/derive.js';
import type { ForwardedAttributes } from '../attributes/forwarded.js';
import { jwtAttributes } from '../attributes/jwt.js';
import type { NodeAttributes } from '../attributes/node.js';
import { DurationValue, TimestampValue, type AttributeBag } from '../attributes/value.js';
import { httpStatusOf } from '../check/verdict.js';
import { mixerNamespace } from '../ext-authz/http-attributes.js';
import { checkOutcomeOf, setCacheHits, setCheckError, type CheckOutcome } from './check-outcome.js';
import { configuredAttributes, setConnectionAttributes, setDestination } from './common-attributes.js';
import type { HttpLogEntry } from './http-entry.js';
import { deniedByCheck, noFlags } from './response-flags.js';

const authzNamespace = 'envoy.filters.http.ext_authz';
const rbacNamespace = 'envoy.filters.http.rbac';
const jwtNamespace = 'envoy.filters.http.jwt_authn';

/** Namespaces with attributes of their own, or none. */
const knownNamespaces: ReadonlySet<string> = new Set([mixerNamespace, authzNamespace, jwtNamespace]);

export interface ReportContext {
  readonly node: NodeAttributes;
  readonly forwarded: ForwardedAttributes;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Report attributes of one HTTP request. Source: istio/proxy 1.4, src/istio/control/http/attributes_builder.cc. */
export function httpReportAttributes(entry: HttpLogEntry, context: ReportContext): AttributeBag {
  const { common } = entry;
  const { metadata } = common;
  const bag = configuredAttributes(common, context.node);
  setConnectionAttributes(bag, common);
  setRequest(bag, entry, context.now);
  if (metadata.has(jwtNamespace)) jwtAttributes(metadata.fields(jwtNamespace), (name, value) => bag.set(name, value));
  if (!context.node.gateway) {
    const forwarded = context.forwarded.of(metadata.text(mixerNamespace, 'forwarded'));
    for (const [name, value] of forwarded) bag.set(name, value);
  }
  setDestination(bag, common.upstreamRemote);
  setResponse(bag, entry, context.now);
  setCheck(bag, entry, checkOutcomeOf(metadata, authzNamespace));
  setMetadata(bag, entry);
  return bag;
}

function setRequest(bag: AttributeBag, entry: HttpLogEntry, now: number): void {
  const { startTime } = entry.common;
  const method = entry.method || entry.requestHeaders.get(':method') || '';
  bag.set('request.headers', requestHeadersOf(entry, method)).set('request.host', entry.authority).set('request.path', entry.path);
  bag.set('request.url_path', urlPathOf(entry.path)).set('request.scheme', entry.scheme || 'http');
  if (method !== '') bag.set('request.method', method);
  if (entry.userAgent !== '') bag.set('request.useragent', entry.userAgent);
  if (entry.referer !== '') bag.set('request.referer', entry.referer);
  const query = queryParamsOf(entry.path);
  if (query) bag.set('request.query_params', query);
  bag.set('request.time', startTime ? new TimestampValue(startTime.seconds, startTime.nanos) : TimestampValue.fromMillis(now));
  bag.set('context.protocol', protocolOf(entry.requestHeaders.get('content-type')));
  bag.set('request.size', entry.requestBodyBytes).set('request.total_size', entry.requestHeadersBytes + entry.requestBodyBytes);
}

/** The logged headers and those that the entry carries as fields. */
function requestHeadersOf(entry: HttpLogEntry, method: string): ReadonlyMap<string, string> {
  const headers = entry.requestHeaders;
  headers.delete('x-istio-attributes');
  headers.set(':authority', entry.authority).set(':path', entry.path);
  if (method !== '') headers.set(':method', method);
  if (entry.userAgent !== '') headers.set('user-agent', entry.userAgent);
  if (entry.referer !== '') headers.set('referer', entry.referer);
  if (entry.requestId !== '') headers.set('x-request-id', entry.requestId);
  return headers;
}

function setResponse(bag: AttributeBag, entry: HttpLogEntry, now: number): void {
  const { responseHeaders: headers, responseTrailers: trailers, common } = entry;
  const duration = common.duration ?? common.timeToLastDownstreamByte ?? { seconds: 0, nanos: 0 };
  bag.set('response.duration', new DurationValue(duration.seconds, duration.nanos)).set('response.time', endOf(common.startTime, duration, now));
  const status = headers.get('grpc-status');
  const grpcStatus = trailers.get('grpc-status') ?? status;
  const grpcMessage = trailers.get('grpc-message') ?? headers.get('grpc-message');
  if (grpcStatus !== undefined) bag.set('response.grpc_status', grpcStatus);
  if (grpcMessage !== undefined) bag.set('response.grpc_message', grpcMessage);
  let trailerBytes = 0;
  for (const [name, value] of trailers) {
    trailerBytes += name.length + value.length;
    headers.set(name, value);
  }
  if (entry.responseCode !== 0) headers.set(':status', String(entry.responseCode));
  bag.set('response.headers', headers).set('response.size', entry.responseBodyBytes);
  bag.set('response.total_size', entry.responseHeadersBytes + entry.responseBodyBytes + trailerBytes);
}

/** Code and flags: a denial of Mixer has its own code; a direct response is no denial, though Envoy flags it as one. */
function setCheck(bag: AttributeBag, entry: HttpLogEntry, outcome: CheckOutcome | undefined): void {
  let { responseFlags: flags } = entry.common;
  let code = entry.responseCode || 500;
  if (outcome) {
    setCacheHits(bag, outcome);
    setCheckError(bag, outcome);
    if (flags === deniedByCheck && outcome.errorCode === 0) flags = noFlags;
    else if (flags === deniedByCheck) code = httpStatusOf(outcome.errorCode);
  }
  bag.set('response.code', code).set('context.proxy_error_code', flags);
}

function setMetadata(bag: AttributeBag, entry: HttpLogEntry): void {
  const { metadata } = entry.common;
  for (const namespace of metadata.namespaces()) {
    if (knownNamespaces.has(namespace)) continue;
    const fields = flatten(metadata.fields(namespace) ?? {});
    if (fields.size > 0) bag.set(namespace, fields);
    if (namespace === rbacNamespace) setShadowRbac(bag, fields);
  }
}

/** The keys carry the prefix that the filter's configuration gives its shadow rules. */
function setShadowRbac(bag: AttributeBag, fields: ReadonlyMap<string, string>): void {
  for (const [key, value] of fields) {
    if (key.endsWith('shadow_engine_result')) bag.set('rbac.permissive.response_code', value);
    else if (key.endsWith('shadow_effective_policy_id')) bag.set('rbac.permissive.effective_policy_id', value);
  }
}

function endOf(start: { seconds: number; nanos: number } | undefined, duration: { seconds: number; nanos: number }, now: number): TimestampValue {
  if (!start) return TimestampValue.fromMillis(now);
  const nanos = start.nanos + duration.nanos;
  const carry = nanos >= 1e9 ? 1 : 0;
  return new TimestampValue(start.seconds + duration.seconds + carry, nanos - carry * 1e9);
}
