import { describe, expect, it } from 'vitest';
import { encodeForwarded } from '../attributes/forwarded.js';
import { nodeAttributes } from '../attributes/node.js';
import { DurationValue, TimestampValue, type AttributeBag } from '../attributes/value.js';
import { MixerStatistics } from '../statistics.js';
import { httpEntry, httpMessage, type LogParts } from '../testdata/log-entries.js';
import { ManualClock } from '../testdata/manual-clock.js';
import { AccessLogServer } from './access-log-server.js';

const sidecar = 'sidecar~10.0.0.1~pod1.ns1~ns1.svc.cluster.local';

function reportsOf(message: Buffer, id = sidecar): { bags: AttributeBag[]; statistics: MixerStatistics } {
  const bags: AttributeBag[] = [];
  const statistics = new MixerStatistics();
  const server = new AccessLogServer({ node: nodeAttributes({ id }), clock: new ManualClock(), statistics, tcpConnections: 10, report: (bag) => bags.push(bag) });
  server.message(message);
  return { bags, statistics };
}

function reportOf(parts: LogParts, id = sidecar): Record<string, unknown> {
  const { bags } = reportsOf(httpMessage(httpEntry(parts)), id);
  expect(bags).toHaveLength(1);
  return Object.fromEntries(bags[0]!);
}

const passed = { 'envoy.filters.http.ext_authz': { check_cache_hit: true, quota_cache_hit: false, ext_authz_duration: 1 } };
const denied = (code: number): LogParts['metadata'] => ({ 'envoy.filters.http.ext_authz': { check_cache_hit: false, quota_cache_hit: false, check_error_code: code, check_error_message: 'X:why' } });
const refused = { responseFlags: { unauthorizedDetails: { reason: 1 } }, upstreamRemoteAddress: undefined };
const service = { 'destination.service.host': 'svc.ns3', 'destination.service.name': 'svc', 'destination.service.namespace': 'ns3', 'destination.service.uid': 'istio://ns3/services/svc' };
const outbound = { 'context.reporter.kind': 'outbound', 'context.reporter.uid': 'kubernetes://pod2.ns2', 'context.proxy_version': '1.4.10', 'source.uid': 'kubernetes://pod2.ns2', 'source.namespace': 'ns2', ...service };
const inbound = { 'context.reporter.kind': 'inbound', 'context.reporter.uid': 'kubernetes://pod1.ns1', 'context.proxy_version': '1.4.10', 'destination.uid': 'kubernetes://pod1.ns1', 'destination.namespace': 'ns1', 'destination.mesh.id': 'mesh', 'destination.ip': '127.77.2.1', 'destination.port': '9080', ...service };

const checkSet = ['connection.mtls', 'origin.ip', 'context.protocol', 'request.headers', 'request.host', 'request.path', 'request.time', 'request.useragent', 'request.method', 'request.scheme', 'request.url_path'];
const reportSet = ['context.proxy_error_code', 'check.cache_hit', 'quota.cache_hit', 'request.size', 'request.total_size', 'response.time', 'response.size', 'response.total_size', 'response.duration', 'response.code', 'response.headers'];

describe('report attributes of HTTP', () => {
  it('outbound are the golden set', () => {
    const report = reportOf({ tags: outbound, metadata: passed });
    expect(Object.keys(report).sort()).toEqual([...checkSet, ...reportSet, ...Object.keys(outbound), 'destination.ip', 'destination.port'].sort());
    expect(report).toMatchObject({
      ...outbound, 'check.cache_hit': true, 'quota.cache_hit': false, 'context.proxy_error_code': '-', 'request.size': 12, 'request.total_size': 212, 'response.size': 7,
      'response.total_size': 107, 'response.code': 200, 'destination.port': 9080, 'request.method': 'GET', 'request.host': 'svc.ns3:80', 'connection.mtls': false,
    });
    expect(report['destination.ip']).toEqual(Uint8Array.of(127, 77, 2, 1));
    expect(report['request.time']).toEqual(new TimestampValue(1_600_000_000, 900_000_000));
    expect(report['response.time']).toEqual(new TimestampValue(1_600_000_001, 100_000_000));
    expect(report['response.duration']).toEqual(new DurationValue(0, 200_000_000));
    expect(Object.fromEntries(report['request.headers'] as Map<string, string>)).toEqual({ ':authority': 'svc.ns3:80', ':method': 'GET', ':path': '/echo', 'user-agent': 'curl', 'x-request-id': 'id-1', 'x-b3-traceid': 'abc' });
    expect(Object.fromEntries(report['response.headers'] as Map<string, string>)).toEqual({ ':status': '200', 'content-type': 'text/plain' });
  });

  it('inbound keep the destination that Pilot configured', () => {
    const report = reportOf({ tags: inbound, metadata: { ...passed, 'istio.mixer': { forwarded: encodeForwarded({ 'source.uid': 'kubernetes://pod2.ns2' }) } }, common: { upstreamRemoteAddress: { socketAddress: { address: '127.0.0.1', portValue: 3000 } } } });
    expect(Object.keys(report).sort()).toEqual([...checkSet, ...reportSet, ...Object.keys(inbound), 'source.uid'].sort());
    expect(report).toMatchObject({ 'destination.port': 9080, 'source.uid': 'kubernetes://pod2.ns2' });
    expect(report['destination.ip']).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 77, 2, 1));
  });

  it('of a gateway do not believe what clients forward', () => {
    const metadata = { 'istio.mixer': { forwarded: encodeForwarded({ 'source.uid': 'forged' }) } };
    expect(reportOf({ tags: outbound, metadata }, 'router~1.2.3.4~gw.ns~d')['source.uid']).toBe('kubernetes://pod2.ns2');
  });

  it('without a check have no cache hits', () => {
    expect(Object.keys(reportOf({ tags: outbound })).filter((name) => name.startsWith('check.') || name.startsWith('quota.'))).toEqual([]);
  });

  it.each<[string, LogParts, Record<string, unknown>]>([
    ['a denial of Mixer', { metadata: denied(16), common: refused, response: { responseCode: 401 } }, { 'response.code': 401, 'context.proxy_error_code': 'UAEX', 'check.error_code': 16, 'check.error_message': 'X:why' }],
    ['a denial with a code that Envoy changed', { metadata: denied(1), common: refused, response: { responseCode: 403 } }, { 'response.code': 499 }],
    ['a direct response of Mixer', { metadata: passed, common: refused, response: { responseCode: 302 } }, { 'response.code': 302, 'context.proxy_error_code': '-' }],
    ['no response', { response: { responseCode: undefined } }, { 'response.code': 500 }],
    ['code 0', { response: { responseCode: 0 } }, { 'response.code': 500 }],
    ['flags', { common: { responseFlags: { upstreamConnectionFailure: true, upstreamRetryLimitExceeded: true } } }, { 'context.proxy_error_code': 'UF,URX' }],
    ['no route', { common: { responseFlags: { noRouteFound: true } } }, { 'context.proxy_error_code': 'NR' }],
    ['gRPC trailers', { response: { responseHeaders: { 'grpc-status': '1' }, responseTrailers: { 'grpc-status': '5', 'grpc-message': 'gone' } } }, { 'response.grpc_status': '5', 'response.grpc_message': 'gone', 'response.total_size': 107 + 28 }],
    ['gRPC headers', { response: { responseHeaders: { 'grpc-status': '1' } } }, { 'response.grpc_status': '1' }],
    ['an unusual method', { request: { requestMethod: 0, requestHeaders: { ':method': 'PURGE' } } }, { 'request.method': 'PURGE' }],
    ['a referer', { request: { referer: 'http://a' } }, { 'request.referer': 'http://a' }],
    ['a gRPC request', { request: { requestHeaders: { 'content-type': 'application/grpc' } } }, { 'context.protocol': 'grpc' }],
    ['a tag without value', { tags: { 'destination.uid': '-' } }, { 'destination.uid': undefined }],
    ['the uid of the chosen endpoint', { tags: { ...outbound, 'destination.uid': 'kubernetes://pod9.ns9' } }, { 'destination.uid': 'kubernetes://pod9.ns9' }],
    ['pass-through', { common: { upstreamCluster: 'PassthroughCluster' } }, { 'destination.service.name': 'PassthroughCluster', 'destination.service.host': undefined }],
    ['a route split between services', { common: { upstreamCluster: 'outbound|9080|v3|reviews.default.svc.cluster.local' } }, { 'destination.service.host': 'reviews.default.svc.cluster.local', 'destination.service.name': 'reviews', 'destination.service.namespace': 'default', 'destination.service.uid': 'istio://default/services/reviews' }],
    ['shadow rules', { metadata: { 'envoy.filters.http.rbac': { shadow_engine_result: 'denied', shadow_effective_policy_id: 'p' } } }, { 'rbac.permissive.response_code': 'denied', 'rbac.permissive.effective_policy_id': 'p', 'envoy.filters.http.rbac': new Map([['shadow_engine_result', 'denied'], ['shadow_effective_policy_id', 'p']]) }],
    ['metadata of another filter', { metadata: { mine: { a: '1', list: ['x', 'y'], n: 3 } } }, { mine: new Map([['a', '1'], ['list', 'x,y']]) }],
    ['a token', { metadata: { 'envoy.filters.http.jwt_authn': { i: { iss: 'i', sub: 's' } } } }, { 'request.auth.principal': 'i/s', 'envoy.filters.http.jwt_authn': undefined }],
  ])('of %s', (_name, parts, expected) => {
    const report = reportOf(parts);
    for (const [name, value] of Object.entries(expected)) expect([name, report[name]]).toEqual([name, value]);
  });

  it('of mutual TLS name both ends', () => {
    const tlsProperties = { tlsSniHostname: 'sni', localCertificateProperties: { subjectAltName: [{ uri: 'spiffe://td/ns/a/sa/b' }] }, peerCertificateProperties: { subjectAltName: [{ uri: 'spiffe://td/ns/c/sa/d' }], subject: '' } };
    expect(reportOf({ tags: inbound, common: { tlsProperties } })).toMatchObject({ 'connection.mtls': true, 'connection.requested_server_name': 'sni', 'source.principal': 'td/ns/c/sa/d', 'source.user': 'td/ns/c/sa/d', 'source.namespace': 'c', 'destination.principal': 'td/ns/a/sa/b' });
  });
});

describe('a log message', () => {
  it('gives one report for each finished request', () => {
    const start = httpEntry({ common: { accessLogType: 4 } });
    const { bags, statistics } = reportsOf(httpMessage(httpEntry(), start, httpEntry({ common: { accessLogType: 0 } })));
    expect(bags).toHaveLength(2);
    expect(statistics.http_log_entries).toBe(2);
  });

  it('that is cut is counted', () => {
    const message = httpMessage(httpEntry(), httpEntry());
    const { bags, statistics } = reportsOf(message.subarray(0, message.length - 3));
    expect(bags.length).toBeLessThan(2);
    expect(statistics.malformed_messages).toBe(1);
  });
});
