import { describe, expect, it } from 'vitest';
import { CheckRequest } from '@quartet/api/envoy/service/auth/v3/external_auth';
import { encodeForwarded, ForwardedAttributes } from '../attributes/forwarded.js';
import { nodeAttributes } from '../attributes/node.js';
import { TimestampValue, type AttributeBag } from '../attributes/value.js';
import { httpCheckRequest, type HttpCheckParts } from '../testdata/authz-requests.js';
import { AuthzRequest } from './authz-request.js';
import { HttpCheckAttributes } from './http-attributes.js';

const sidecar = nodeAttributes({ id: 'sidecar~10.0.0.1~pod1.ns1~ns1.svc.cluster.local' });
const gateway = nodeAttributes({ id: 'router~10.0.0.9~gw.istio-system~istio-system.svc.cluster.local' });
const unknown = nodeAttributes({ id: '' });

function attributesOf(parts: HttpCheckParts, node = sidecar): HttpCheckAttributes {
  const bytes = Buffer.from(CheckRequest.encode(httpCheckRequest(parts)).finish());
  return new HttpCheckAttributes(AuthzRequest.read(bytes), node, new ForwardedAttributes(), 5_500);
}

function bagOf(parts: HttpCheckParts, node = sidecar): AttributeBag {
  const bag: AttributeBag = new Map();
  const attributes = attributesOf(parts, node);
  attributes.forEach((value, name) => bag.set(name, value));
  for (const [name, value] of bag) expect([name, attributes.get(name)]).toEqual([name, value]);
  return bag;
}

const service = { 'destination.service.host': 'svc.ns3', 'destination.service.name': 'svc', 'destination.service.namespace': 'ns3', 'destination.service.uid': 'istio://ns3/services/svc' };
const outbound = { 'context.reporter.kind': 'outbound', 'context.reporter.uid': 'kubernetes://pod2.ns2', 'context.proxy_version': '1.4.10', 'source.uid': 'kubernetes://pod2.ns2', 'source.namespace': 'ns2', ...service };
const inbound = { 'context.reporter.kind': 'inbound', 'context.reporter.uid': 'kubernetes://pod1.ns1', 'context.proxy_version': '1.4.10', 'destination.uid': 'kubernetes://pod1.ns1', 'destination.namespace': 'ns1', 'destination.mesh.id': 'mesh', 'destination.ip': '127.0.0.1', 'destination.port': '8080', ...service };

const always = ['connection.mtls', 'origin.ip', 'context.protocol', 'request.headers', 'request.host', 'request.path', 'request.time', 'request.useragent', 'request.method', 'request.scheme', 'request.url_path'];

describe('check attributes of HTTP', () => {
  it('outbound are the golden set', () => {
    const bag = bagOf({ extensions: outbound });
    expect([...bag.keys()].sort()).toEqual([...always, ...Object.keys(outbound)].sort());
    expect(Object.fromEntries(bag)).toMatchObject({ ...outbound, 'connection.mtls': false, 'request.method': 'GET', 'request.path': '/echo', 'request.scheme': 'http', 'context.protocol': 'http' });
    expect(bag.get('origin.ip')).toEqual(Uint8Array.of(127, 0, 0, 1));
    expect(bag.get('request.time')).toEqual(new TimestampValue(1_600_000_000, 7));
  });

  it('inbound are the golden set', () => {
    const forwarded = encodeForwarded({ 'source.uid': 'kubernetes://pod2.ns2', 'destination.service.host': 'other.ns' });
    const bag = bagOf({ extensions: inbound, metadata: { 'istio.mixer': { forwarded } } });
    expect([...bag.keys()].sort()).toEqual([...always, ...Object.keys(inbound), 'source.uid'].sort());
    expect(bag.get('source.uid')).toBe('kubernetes://pod2.ns2');
    expect(bag.get('destination.service.host')).toBe('other.ns');
    expect(bag.get('destination.ip')).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1));
    expect(bag.get('destination.port')).toBe(8080);
  });

  it('take the local node where Pilot says nothing', () => {
    expect(Object.fromEntries(bagOf({ extensions: { 'context.reporter.kind': 'inbound' } }))).toMatchObject({ 'destination.uid': 'kubernetes://pod1.ns1', 'destination.namespace': 'ns1', 'context.reporter.uid': 'kubernetes://pod1.ns1' });
    expect(Object.fromEntries(bagOf({ extensions: { 'context.reporter.kind': 'outbound' } }))).toMatchObject({ 'source.uid': 'kubernetes://pod1.ns1', 'source.namespace': 'ns1' });
    expect([...bagOf({ extensions: {} }, unknown).keys()].sort()).toEqual([...always].sort());
  });

  it('have Envoy\'s headers without what peers forward', () => {
    const headers = attributesOf({ extensions: {}, headers: { 'x-istio-attributes': 'forged', cookie: 'a=b' } }).get('request.headers') as Map<string, string>;
    expect(Object.fromEntries(headers)).toEqual({ ':authority': 'svc.ns3:80', ':method': 'GET', ':path': '/echo', 'user-agent': 'curl', cookie: 'a=b' });
  });

  it.each([
    ['a gateway', gateway, {}],
    ['a route that says so', sidecar, { 'mixer.ignore_forwarded_attributes': 'true' }],
  ])('ignore what peers forward to %s', (_name, node, extensions) => {
    const forwarded = encodeForwarded({ 'destination.service.host': 'forged' });
    expect(bagOf({ extensions, metadata: { 'istio.mixer': { forwarded } } }, node).get('destination.service.host')).toBeUndefined();
  });

  it('accept only the known names from peers', () => {
    const forwarded = encodeForwarded({ 'source.principal': 'forged', 'source.namespace': 'ns7', 'source.uid': '' });
    const bag = bagOf({ extensions: { 'context.reporter.kind': 'inbound' }, metadata: { 'istio.mixer': { forwarded } } });
    expect([bag.get('source.principal'), bag.get('source.namespace'), bag.get('source.uid')]).toEqual([undefined, 'ns7', undefined]);
  });

  it('of mutual TLS name both ends', () => {
    const bag = bagOf({ extensions: inbound, peer: 'spiffe://cluster.local/ns/ns2/sa/client', own: 'spiffe://cluster.local/ns/ns1/sa/server', sni: 'outbound_.80_._.svc.ns3' });
    expect(Object.fromEntries(bag)).toMatchObject({
      'connection.mtls': true,
      'source.principal': 'cluster.local/ns/ns2/sa/client',
      'source.user': 'cluster.local/ns/ns2/sa/client',
      'source.namespace': 'ns2',
      'destination.principal': 'cluster.local/ns/ns1/sa/server',
      'connection.requested_server_name': 'outbound_.80_._.svc.ns3',
    });
  });

  it('of TLS with another certificate have no principal', () => {
    const bag = bagOf({ extensions: inbound, peer: 'client.example.com' });
    expect([bag.get('connection.mtls'), bag.has('source.principal')]).toEqual([true, false]);
  });

  it.each([
    ['/a?x=1&y=%20&z', '/a', { x: '1', y: '%20', z: '' }],
    ['/a?', '/a', undefined],
    ['/a', '/a', undefined],
  ])('split %s', (path, urlPath, params) => {
    const attributes = attributesOf({ extensions: {}, path });
    const query = attributes.get('request.query_params') as Map<string, string> | undefined;
    expect([attributes.get('request.url_path'), query && Object.fromEntries(query)]).toEqual([urlPath, params]);
  });

  it.each([['application/grpc', 'grpc'], ['application/grpc+proto', 'grpc'], ['application/grpc+json', 'grpc'], ['application/grpc-web', 'http'], ['text/html', 'http']])('%s is %s', (type, protocol) => {
    expect(attributesOf({ extensions: {}, headers: { 'content-type': type } }).get('context.protocol')).toBe(protocol);
  });

  it('of a verified token', () => {
    const payload = { iss: 'issuer', sub: 'subject', aud: ['one', 'two'], azp: 'presenter', groups: ['a', 'b'], exp: 12, nested: {} };
    const bag = bagOf({ extensions: {}, metadata: { 'envoy.filters.http.jwt_authn': { issuer: payload } } });
    expect(Object.fromEntries(bag)).toMatchObject({ 'request.auth.principal': 'issuer/subject', 'request.auth.audiences': 'one', 'request.auth.presenter': 'presenter' });
    expect(Object.fromEntries(bag.get('request.auth.claims') as Map<string, string>)).toEqual({ iss: 'issuer', sub: 'subject', aud: 'one,two', azp: 'presenter', groups: 'a,b' });
    expect(JSON.parse(bag.get('request.auth.raw_claims') as string)).toEqual(payload);
  });

  it('never hold the agent\'s own settings', () => {
    const bag = bagOf({ extensions: { 'mixer.network_fail_policy': 'FAIL_CLOSE', 'mixer.quota_spec': 'x' } });
    expect([...bag.keys()].filter((name) => name.startsWith('mixer.'))).toEqual([]);
  });
});
