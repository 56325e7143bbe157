import { parseOptions } from '@quartet/nest-kit';
import { describe, expect, it } from 'vitest';
import { agentOptions } from './options.js';
import { planProxy, proxyTypeOf } from './proxy.js';

const plan = (argv: string[], env: Record<string, string> = {}, interfaces: string[] = ['10.0.0.9']) =>
  planProxy('sidecar', parseOptions({ name: 'x', description: '' }, agentOptions, { argv, env: {} }).options, { env, interfaces });
const clusters = (bootstrap: unknown) => (bootstrap as { static_resources: { clusters: { name: string; transport_socket?: unknown }[] } }).static_resources.clusters;

describe('the plan of a proxy', () => {
  it("takes the pod's environment where flags are silent", () => {
    const env = { POD_NAME: 'reviews-v1', POD_NAMESPACE: 'bookinfo', INSTANCE_IP: '10.0.0.1', SERVICE_ACCOUNT: 'reviews' };
    expect(plan([], env)).toMatchObject({ nodeId: 'sidecar~10.0.0.1~reviews-v1.bookinfo~bookinfo.svc.cluster.local', identity: 'spiffe://cluster.local/ns/bookinfo/sa/reviews', namespace: 'bookinfo' });
    expect(plan([], env).node.ips).toEqual(['10.0.0.1', '10.0.0.9']);
  });

  it('flags win', () => {
    const argv = ['--ip', '127.77.1.1', '--id', 'a.b', '--domain', 'd', '--trust-domain', 'td'];
    expect(plan(argv, { INSTANCE_IP: '10.0.0.1' })).toMatchObject({ nodeId: 'sidecar~127.77.1.1~a.b~d', identity: 'spiffe://td/ns/default/sa/default' });
  });

  it('secures the way to Pilot when told', () => {
    const [, xds] = clusters(plan(['--control-plane-auth-policy', 'MUTUAL_TLS', '--discovery-address', 'istio-pilot.istio-system:15011']).bootstrap);
    expect(JSON.stringify(xds)).toContain('spiffe://cluster.local/ns/istio-system/sa/istio-pilot-service-account');
  });

  it("puts the statistics listener beside the admin server on a shared machine, else on all addresses", () => {
    const argv = ['--prometheus-port', '15090', '--proxy-admin-address', '127.77.9.1:15000'];
    expect(JSON.stringify(plan([...argv, '--ip', '127.0.0.1']).bootstrap)).toContain('"address":"127.77.9.1","port_value":15090');
    expect(JSON.stringify(plan([...argv, '--ip', '10.0.0.1']).bootstrap)).toContain('"address":"0.0.0.0","port_value":15090');
  });
});

it.each([[['proxy'], 'sidecar'], [['proxy', 'router'], 'router']])('%j', (words, type) => expect(proxyTypeOf(words)).toBe(type));
it.each([[[]], [['proxy', 'ingress']], [['request']], [['proxy', 'sidecar', 'x']]])('%j is refused', (words) => expect(() => proxyTypeOf(words)).toThrow(/pilot-agent/));
