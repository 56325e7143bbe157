import { describe, expect, it } from 'vitest';
import { InvalidNodeError, isIp, kubernetesProtocol, parseProtocol, parseProxy } from './index.js';

describe('parseProxy', () => {
  it('reads the four parts of the id and the metadata that Istio knows', () => {
    const proxy = parseProxy({
      id: 'sidecar~127.77.11.1~reviews-v1.default~default.svc.cluster.local',
      metadata: { INTERCEPTION_MODE: 'NONE', LABELS: { app: 'reviews' }, ISTIO_VERSION: 'release-1.4.10', NETWORK: 'n1' },
      locality: { region: 'r', zone: 'z' },
    });
    expect(proxy).toMatchObject({
      type: 'sidecar', id: 'reviews-v1.default', ipAddresses: ['127.77.11.1'], configNamespace: 'default', labels: { app: 'reviews' },
      interceptionMode: 'NONE', istioVersion: '1.4.10', network: 'n1', locality: { region: 'r', zone: 'z', subzone: '' },
    });
  });

  it.each([
    ['sidecar~1.2.3.4~x', /want 4 parts/],
    ['ingress~1.2.3.4~x.y~y.svc', /neither sidecar nor router/],
    ['router~~x.y~y.svc', /no valid IP/],
  ])('refuses %s', (id, reason) => {
    expect(() => parseProxy({ id })).toThrow(InvalidNodeError);
    expect(() => parseProxy({ id })).toThrow(reason);
  });

  it('uses INSTANCE_IPS only if every address of it is valid', () => {
    const id = 'router~10.0.0.1~gw.istio-system~istio-system.svc.cluster.local';
    expect(parseProxy({ id, metadata: { INSTANCE_IPS: '10.0.0.2,fe80::1' } }).ipAddresses).toEqual(['10.0.0.2', 'fe80::1']);
    expect(parseProxy({ id, metadata: { INSTANCE_IPS: '10.0.0.2,host' } }).ipAddresses).toEqual(['10.0.0.1']);
  });
});

it.each([['1.2.3.4', true], ['1.2.3', false], ['256.1.1.1', false], ['::1', true], ['::', true], ['fe80::a:b', true], ['1::2::3', false], ['::ffff:1.2.3.4', true], ['10.0.0.0/8', false], ['host', false]])(
  'isIp(%s) is %s', (address, expected) => expect(isIp(address)).toBe(expected));

it.each([['http-web', 80, 'TCP', 'HTTP'], ['grpc-web-x', 80, 'TCP', 'GRPC-Web'], ['GRPC', 80, 'TCP', 'GRPC'], ['db', 3306, 'TCP', 'TCP'], ['x', 80, 'TCP', 'Unsupported'], ['dns', 53, 'UDP', 'UDP']])(
  'kubernetesProtocol(%s, %d, %s) is %s', (name, port, transport, expected) => expect(kubernetesProtocol(name, port, transport)).toBe(expected));

it('parseProtocol wants the whole word', () => expect([parseProtocol('MONGO'), parseProtocol('http-web')]).toEqual(['Mongo', 'Unsupported']));
