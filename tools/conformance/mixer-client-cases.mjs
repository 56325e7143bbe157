// mixer-attributes.json, kind clientExpected: the attributes that Istio's proxy sends. Each case is turned into what Envoy
// would tell the agent of such a request (ext_authz request, access log entry), and the agent's attributes are compared.
import { AccessLogServer, AuthzRequest, ForwardedAttributes, HttpCheckAttributes, MixerStatistics, nodeAttributes, tcpCheckAttributes } from '@quartet/agent-mixer-client/internal';
import { StreamAccessLogsMessage } from '@quartet/api/envoy/service/accesslog/v3/als';
import { CheckRequest } from '@quartet/api/envoy/service/auth/v3/external_auth';
import { Attributes } from '@quartet/api/istio/mixer/v1/attributes';

/** Set by the tests' own configuration as bytes, which no text carrier of Pilot's has. */
const carriedNowhere = new Set(['mesh1.ip', 'mesh2.ip']);
const dynamic = /^(request|response|connection|check|quota|origin|rbac|envoy|context\.(protocol|time|proxy_error_code)|source\.(ip|principal)|destination\.principal)(\.|$)/;
const methods = ['', 'GET', 'HEAD', 'POST'];
const clock = { now: () => 1_600_000_000_000 };
const node = nodeAttributes({ id: '' });
const flagFields = { UAEX: { unauthorizedDetails: { reason: 1 } }, FI: { faultInjected: true } };

export function* clientCases(tests) {
  for (const test of tests) if (test.kind === 'clientExpected') yield { id: `client ${test.name}`, check: () => compare(test.attributes, attributesOf(test)) };
}

function attributesOf({ call, attributes }) {
  const tcp = attributes['context.protocol'] === 'tcp';
  if (call === 'check') return tcp ? tcpCheck(attributes) : httpCheck(attributes);
  return report(tcp ? { tcpLogs: { logEntry: tcpEntries(attributes) } } : { httpLogs: { logEntry: [httpEntry(attributes)] } });
}

function httpCheck(expected) {
  const http = { method: expected['request.method'], path: expected['request.path'], host: 'svc:80', scheme: 'http', headers: { 'user-agent': 'Go-http-client/1.1', ...headersOf(expected['request.headers']) } };
  const context = { ...peers(expected), request: { http }, contextExtensions: staticOf(expected), metadataContext: { filterMetadata: forwardedMetadata(expected) } };
  const request = AuthzRequest.read(Buffer.from(CheckRequest.encode(CheckRequest.fromPartial({ attributes: context })).finish()));
  return collect(new HttpCheckAttributes(request, node, new ForwardedAttributes(), clock.now()));
}

function tcpCheck(expected) {
  const request = AuthzRequest.read(Buffer.from(CheckRequest.encode(CheckRequest.fromPartial({ attributes: peers(expected) })).finish()));
  const configured = new Map(Object.entries(staticOf(expected)));
  if (expected['destination.ip']) configured.set('destination.ip', Buffer.from('00000000000000000000ffff7f000001', 'hex')).set('destination.port', 80);
  return collect(tcpCheckAttributes(request, node, { configured, connectionId: 'id', now: clock.now() }));
}

function report(message) {
  const bags = [];
  new AccessLogServer({ node, clock, statistics: new MixerStatistics(), tcpConnections: 1, report: (bag) => bags.push(bag) })
    .message(Buffer.from(StreamAccessLogsMessage.encode(StreamAccessLogsMessage.fromPartial(message)).finish()));
  return collect(bags.at(-1));
}

function httpEntry(expected) {
  const number = (name, fallback = 1) => (expected[name] === '*' ? fallback : Number(expected[name]));
  const headers = { ...headersOf(expected['request.headers']) };
  const size = number('request.size');
  const request = { requestMethod: methods.indexOf(expected['request.method']), scheme: 'http', authority: 'svc:80', path: expected['request.path'], userAgent: 'Go-http-client/1.1', requestHeadersBytes: Math.max(0, number('request.total_size', size + 9) - size), requestBodyBytes: size, requestHeaders: headers };
  const response = { responseCode: expected['response.code'], responseHeadersBytes: 5, responseBodyBytes: number('response.size'), responseHeaders: headersOf(expected['response.headers']) };
  const metadata = { ...forwardedMetadata(expected), ...authzMetadata(expected, 'http'), ...pick(expected, 'envoy.filters.http.rbac') };
  return { commonProperties: { ...common(expected, metadata), accessLogType: 6, responseFlags: flagFields[expected['context.proxy_error_code']] ?? {} }, request, response };
}

const tcpTypes = { open: 1, continue: 2, close: 3 };

/** A delta below the total counts from a `continue` before. */
function tcpEntries(expected) {
  const before = Number(expected['connection.received.bytes_total']) - Number(expected['connection.received.bytes']);
  const entry = tcpEntry(expected);
  return before > 0 ? [tcpEntry({ ...expected, 'connection.event': 'continue', 'connection.received.bytes_total': before }), entry] : [entry];
}

function tcpEntry(expected) {
  const total = (direction) => Number(expected[`connection.${direction}.bytes_total`]) || 0;
  const metadata = authzMetadata(expected, 'network');
  return { commonProperties: { ...common(expected, metadata), accessLogType: tcpTypes[expected['connection.event']], streamId: 'id', downstreamWireBytesReceived: total('received'), downstreamWireBytesSent: total('sent') } };
}

function common(expected, filterMetadata) {
  const tls = expected['connection.mtls'] === true ? { tlsSniHostname: expected['connection.requested_server_name'], localCertificateProperties: certificate(expected['destination.principal']), peerCertificateProperties: certificate(expected['source.principal']) } : undefined;
  const upstream = expected['destination.ip'] === '[127 0 0 1]' ? address(20_271) : undefined;
  return { downstreamDirectRemoteAddress: address(1), upstreamRemoteAddress: upstream, tlsProperties: tls, startTime: { seconds: 1, nanos: 0 }, duration: { seconds: 1, nanos: 0 }, customTags: staticOf(expected), metadata: { filterMetadata } };
}

function peers(expected) {
  const mtls = expected['connection.mtls'] === true;
  const principal = (name) => (mtls ? `spiffe://${expected[name]}` : '');
  return { source: { address: address(1), principal: principal('source.principal') }, destination: { address: address(80), principal: principal('destination.principal') }, tlsSession: mtls ? { sni: expected['connection.requested_server_name'] } : undefined };
}

const address = (portValue) => ({ socketAddress: { address: '127.0.0.1', portValue } });
const certificate = (principal) => ({ subjectAltName: [{ uri: `spiffe://${principal}` }] });
const pick = (expected, name) => (expected[name] ? { [name]: expected[name] } : {});

/** Inbound, and in the tests without a reporter, the source comes from the peer. */
const isForwarded = (expected, name) => name.startsWith('source.') && expected['context.reporter.kind'] !== 'outbound' && expected['context.protocol'] !== 'tcp';

function staticOf(expected) {
  const names = Object.keys(expected).filter((name) => !dynamic.test(name) && !carriedNowhere.has(name) && !isForwarded(expected, name));
  const texts = Object.fromEntries(names.map((name) => [name, expected[name]]));
  delete texts['destination.ip'];
  delete texts['destination.port'];
  return expected['destination.ip']?.length > 20 ? { ...texts, 'destination.ip': '127.0.0.1', 'destination.port': '80' } : texts;
}

function forwardedMetadata(expected) {
  const names = Object.keys(expected).filter((name) => isForwarded(expected, name) && !dynamic.test(name));
  const attributes = Object.fromEntries(names.map((name) => [name, { stringValue: expected[name] }]));
  return names.length === 0 ? {} : { 'istio.mixer': { forwarded: Buffer.from(Attributes.encode(Attributes.fromPartial({ attributes })).finish()).toString('base64') } };
}

function authzMetadata(expected, kind) {
  if (!('check.cache_hit' in expected)) return {};
  const error = 'check.error_code' in expected ? { check_error_code: expected['check.error_code'], check_error_message: expected['check.error_message'] } : {};
  return { [`envoy.filters.${kind}.ext_authz`]: { check_cache_hit: false, quota_cache_hit: false, ...error } };
}

/** Any value for `*`; `-`, which must not arrive, is sent on purpose. */
function headersOf(map) {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !name.startsWith(':')).map(([name, value]) => [name, value === '*' || value === '-' ? 'any' : value]));
}

function collect(source) {
  const found = {};
  source.forEach((value, name) => (found[name] = value));
  return found;
}

function compare(expected, actual) {
  const problems = [];
  for (const [name, value] of Object.entries(expected)) {
    if (carriedNowhere.has(name) || (value === '' && actual[name] === undefined)) continue;
    if (typeof value === 'object') problems.push(...compareMap(name, value, actual[name]));
    else if (actual[name] === undefined || (value !== '*' && textOf(actual[name]) !== String(value))) problems.push(`${name} is ${textOf(actual[name])}, not ${value}`);
  }
  for (const name of Object.keys(actual)) if (!(name in expected)) problems.push(`${name} should not be sent`);
  if (problems.length > 0) throw new Error(problems.join('; '));
}

function* compareMap(name, expected, actual) {
  for (const [key, value] of Object.entries(expected)) {
    const found = actual?.get(key);
    if (value === '-' ? found !== undefined : found === undefined || (value !== '*' && found !== value)) yield `${name}[${key}] is ${found}, not ${value}`;
  }
}

function textOf(value) {
  return value instanceof Uint8Array ? `[${[...value].join(' ')}]` : String(value);
}
