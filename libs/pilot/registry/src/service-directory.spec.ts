import { ServiceEntry, ServiceEntry_Location, ServiceEntry_Resolution } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import { Resolution, type ConfigObject, type ConfigSnapshot } from '@quartet/model';
import { describe, expect, it } from 'vitest';
import { PODS, SERVICE_ENTRIES, ServiceDirectory } from './index.js';

const meta = (name: string, more: Partial<ConfigObject['metadata']> = {}) =>
  ({ name, namespace: 'default', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '1', ...more });

function entry(name: string, spec: object, more: Partial<ConfigObject['metadata']> = {}): ConfigObject {
  return { collection: SERVICE_ENTRIES, kind: 'ServiceEntry', metadata: meta(name, more), spec: ServiceEntry.fromJSON(spec) };
}

function pod(name: string, podIP: string, labels: Record<string, string> = {}, spec: object = { serviceAccountName: name }): ConfigObject {
  return { collection: PODS, kind: 'Pod', metadata: meta(name, { labels }), spec: { spec, status: { podIP, phase: 'Running' } } };
}

function snapshot(...objects: ConfigObject[]): ConfigSnapshot {
  const list = <T>(collection: string) => objects.filter((object) => object.collection === collection) as ConfigObject<T>[];
  return { version: '1', list, get: () => undefined };
}

const http = { name: 'http', number: 9080, protocol: 'HTTP' };
const internal = { location: ServiceEntry_Location.MESH_INTERNAL, resolution: ServiceEntry_Resolution.STATIC, ports: [http] };
const reviews = (...endpoints: { address: string; labels?: Record<string, string>; ports?: Record<string, number> }[]) =>
  entry('reviews', { ...internal, hosts: ['reviews.default.svc.cluster.local'], endpoints });
const host = 'reviews.default.svc.cluster.local';

function directory(...objects: ConfigObject[]) {
  const it = new ServiceDirectory();
  it.update(snapshot(...objects), 'cluster.local');
  return it;
}

describe('services of ServiceEntries', () => {
  it.each([
    ['NONE', ServiceEntry_Resolution.NONE, Resolution.Passthrough],
    ['STATIC', ServiceEntry_Resolution.STATIC, Resolution.ClientSideLB],
    ['DNS', ServiceEntry_Resolution.DNS, Resolution.DNSLB],
  ])('resolution %s', (_name, resolution, expected) => {
    const { services } = directory(entry('a', { hosts: ['a.com'], ports: [http], resolution })).current;
    expect(services).toMatchObject([{ hostname: 'a.com', resolution: expected, meshExternal: true, address: '0.0.0.0', ports: [{ name: 'http', port: 9080, protocol: 'HTTP' }] }]);
  });

  it('makes one of each host and address; /32 is plain, other prefixes stay', () => {
    const { services } = directory(entry('a', { hosts: ['a.com', 'b.com'], addresses: ['1.2.3.4/32', '10.0.0.0/8'], ports: [http] })).current;
    expect(services.map(({ hostname, address }) => `${hostname} ${address}`)).toEqual(['a.com 1.2.3.4', 'a.com 10.0.0.0/8', 'b.com 1.2.3.4', 'b.com 10.0.0.0/8']);
  });

  it('sorts by age, then by host', () => {
    const { services } = directory(
      entry('young', { hosts: ['a.com'], ports: [http] }, { creationTimestamp: 2 }),
      entry('old', { hosts: ['z.com', 'b.com'], ports: [http] }, { creationTimestamp: 1 }),
    ).current;
    expect(services.map(({ hostname }) => hostname)).toEqual(['b.com', 'z.com', 'a.com']);
  });
});

describe('endpoints of ServiceEntries', () => {
  it('has one for each port, on the port of its own if it names one', () => {
    const ports = [http, { name: 'tcp', number: 7, protocol: 'TCP' }];
    const { current } = directory(entry('a', { hosts: ['a.com'], ports, resolution: ServiceEntry_Resolution.STATIC, endpoints: [{ address: '1.1.1.1', ports: { tcp: 70 } }] }));
    expect(current.endpoints('a.com', 'default').map(({ servicePortName, endpointPort }) => [servicePortName, endpointPort])).toEqual([['http', 9080], ['tcp', 70]]);
  });

  it('is the host itself for DNS without endpoints', () => {
    const { current } = directory(entry('a', { hosts: ['a.com'], ports: [http], resolution: ServiceEntry_Resolution.DNS }));
    expect(current.endpoints('a.com', 'default')).toMatchObject([{ address: 'a.com', endpointPort: 9080, family: 'tcp' }]);
  });

  it('may be a Unix socket', () => {
    const { current } = directory(entry('a', { hosts: ['a.com'], ports: [http], resolution: ServiceEntry_Resolution.STATIC, endpoints: [{ address: 'unix:///run/a' }] }));
    expect(current.endpoints('a.com', 'default')).toMatchObject([{ address: '/run/a', endpointPort: 0, family: 'unix' }]);
  });

  it('takes identity from the Pod of its address, and labels where it has none', () => {
    const v1 = pod('reviews-v1', '127.77.1.1', { app: 'reviews', version: 'v1', 'security.istio.io/tlsMode': 'istio', 'istio-locality': 'r.z' });
    const { current } = directory(reviews({ address: '127.77.1.1' }, { address: '127.77.2.1', labels: { version: 'v2' } }), v1);
    expect(current.endpoints(host, 'default')).toMatchObject([
      { uid: 'kubernetes://reviews-v1.default', serviceAccount: 'spiffe://cluster.local/ns/default/sa/reviews-v1', labels: { version: 'v1' }, tlsMode: 'istio', locality: 'r/z' },
      { uid: '', serviceAccount: '', labels: { version: 'v2' }, tlsMode: 'disabled', locality: '' },
    ]);
    expect(current.services).toMatchObject([{ serviceAccounts: ['spiffe://cluster.local/ns/default/sa/reviews-v1'] }]);
  });
});

describe('what a proxy is', () => {
  const probes = {
    serviceAccountName: 'a',
    containers: [{ ports: [{ name: 'web', containerPort: 8080 }], livenessProbe: { httpGet: { port: 'web' } }, readinessProbe: { tcpSocket: { port: 9000 } } }],
  };

  it('finds its instances, labels and management ports by its address', () => {
    const { current } = directory(reviews({ address: '127.77.1.1' }), pod('a', '127.77.1.1', { app: 'reviews' }, probes));
    expect(current.instancesAt(['127.77.1.1'])).toMatchObject([{ service: { hostname: host }, servicePort: { port: 9080 }, endpoint: { address: '127.77.1.1' } }]);
    expect(current.instancesAt(['127.77.9.1'])).toEqual([]);
    expect(current.labelsAt(['127.77.1.1'])).toEqual({ app: 'reviews' });
    expect(current.labelsAt(['127.77.9.1'])).toBeUndefined();
    expect(current.managementPortsAt('127.77.1.1')).toEqual([{ name: 'mgmt-8080', port: 8080, protocol: 'HTTP' }, { name: 'mgmt-9000', port: 9000, protocol: 'TCP' }]);
  });

  it('ignores Pods that are over', () => {
    const over: ConfigObject = { ...pod('a', '127.77.1.1'), spec: { spec: {}, status: { podIP: '127.77.1.1', phase: 'Succeeded' } } };
    expect(directory(reviews({ address: '127.77.1.1' }), over).current.endpoints(host, 'default')).toMatchObject([{ uid: '' }]);
  });
});

describe('a change', () => {
  const one = { address: '127.77.1.1', labels: { version: 'v1' } };
  const two = { address: '127.77.2.1', labels: { version: 'v2' } };
  const scope = (before: ConfigObject[], after: ConfigObject[]) => directory(...before).update(snapshot(...after), 'cluster.local');
  const sorted = (values: ReadonlySet<string>) => [...values].sort();

  it('is none where only objects were replaced by equal ones', () => {
    expect(scope([reviews(one), pod('p', '127.77.1.1')], [reviews(one), pod('p', '127.77.1.1')]).scope).toBe('none');
  });

  it('of endpoints alone names hosts and addresses', () => {
    const change = scope([reviews(one)], [reviews(one, two)]);
    expect([change.scope, sorted(change.hostnames), sorted(change.ips)]).toEqual(['endpoints', [host], ['127.77.2.1']]);
  });

  it('is full where a service is new, changed or gone', () => {
    expect(scope([], [reviews(one)]).scope).toBe('full');
    expect(scope([reviews(one)], []).scope).toBe('full');
    expect(scope([reviews(one)], [entry('reviews', { ...internal, hosts: [host], ports: [{ ...http, protocol: 'GRPC' }], endpoints: [one] })]).scope).toBe('full');
  });

  it('is full where the endpoints stand in the cluster (DNS)', () => {
    const dns = (...addresses: string[]) => entry('d', { hosts: ['d.com'], ports: [http], resolution: ServiceEntry_Resolution.DNS, endpoints: addresses.map((address) => ({ address })) });
    expect(scope([dns('a.com')], [dns('a.com', 'b.com')]).scope).toBe('full');
  });

  it('is full where an account is new to a service: clients check names', () => {
    expect(scope([reviews(one)], [reviews(one), pod('p', '127.77.1.1')]).scope).toBe('full');
  });

  it('of a Pod that serves nothing concerns its address only', () => {
    const change = scope([reviews(one)], [reviews(one), pod('p', '127.77.9.1')]);
    expect([change.scope, sorted(change.hostnames), sorted(change.ips)]).toEqual(['endpoints', [], ['127.77.9.1']]);
  });
});
