import { describe, expect, it } from 'vitest';
import { CheckRequest } from '@quartet/api/envoy/service/auth/v3/external_auth';
import { nodeAttributes } from '../attributes/node.js';
import type { AttributeBag, AttributeValue } from '../attributes/value.js';
import { tcpCheckRequest } from '../testdata/authz-requests.js';
import { AuthzRequest } from './authz-request.js';
import { tcpCheckAttributes } from './tcp-attributes.js';

const node = nodeAttributes({ id: 'sidecar~10.0.0.1~pod1.ns1~ns1.svc.cluster.local' });
const request = (parts: Parameters<typeof tcpCheckRequest>[0] = {}): AuthzRequest => AuthzRequest.read(Buffer.from(CheckRequest.encode(tcpCheckRequest(parts)).finish()));
const bagOf = (configured: Record<string, AttributeValue>, parts: Parameters<typeof tcpCheckRequest>[0] = {}): AttributeBag =>
  tcpCheckAttributes(request(parts), node, { configured: new Map(Object.entries(configured)), connectionId: 'c1', now: 5_500 });

describe('check attributes of TCP', () => {
  const always = ['connection.id', 'connection.mtls', 'origin.ip', 'source.ip', 'context.protocol', 'context.time'];
  const outbound = { 'context.reporter.kind': 'outbound', 'context.reporter.uid': 'kubernetes://pod2.ns2', 'context.proxy_version': '1.4.10', 'source.uid': 'kubernetes://pod2.ns2', 'source.namespace': 'ns2', 'destination.service.host': 'svc.ns3' };
  const inbound = { 'context.reporter.kind': 'inbound', 'context.reporter.uid': 'kubernetes://pod1.ns1', 'context.proxy_version': '1.4.10', 'destination.uid': 'kubernetes://pod1.ns1', 'destination.namespace': 'ns1', 'destination.ip': Buffer.alloc(16, 1), 'destination.port': 80 };

  it.each([outbound, inbound])('are the golden set: %#', (configured) => {
    const bag = bagOf(configured);
    expect([...bag.keys()].sort()).toEqual([...always, ...Object.keys(configured)].sort());
    expect(Object.fromEntries(bag)).toMatchObject({ ...configured, 'context.protocol': 'tcp', 'connection.mtls': false, 'connection.id': 'c1' });
  });

  it('of mutual TLS name the peer', () => {
    expect(Object.fromEntries(bagOf(inbound, { peer: 'spiffe://td/ns/ns2/sa/a', sni: 'svc' }))).toMatchObject({ 'connection.mtls': true, 'source.principal': 'td/ns/ns2/sa/a', 'source.namespace': 'ns2', 'connection.requested_server_name': 'svc' });
  });

  it('are told from HTTP by the lack of a request', () => expect(request().isHttp).toBe(false));
});
