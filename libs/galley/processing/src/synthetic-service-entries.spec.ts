import { hasErrors, kindByCollection, parseManifest, syntheticServiceEntryKind, validateObject, type ConfigObject, type ConfigSnapshot } from '@quartet/model';
import { expect, test } from 'vitest';
import { syntheticServiceEntries } from './synthetic-service-entries.js';

function snapshot(...manifests: object[]): ConfigSnapshot {
  const objects = manifests.map((manifest) => parseManifest(manifest, { defaultNamespace: 'shop' }).object as ConfigObject);
  return {
    version: '1',
    list: <T>(collection: string) => objects.filter((object) => object.collection === collection) as ConfigObject<T>[],
    get: <T>(collection: string, namespace: string, name: string) =>
      objects.find((object) => object.collection === collection && object.metadata.namespace === namespace && object.metadata.name === name) as ConfigObject<T> | undefined,
  };
}

const named = (kind: string, name: string, metadata: object = {}) => ({ apiVersion: 'v1', kind, metadata: { name, resourceVersion: `${kind}-1`, ...metadata } });
const service = (spec: object, metadata = {}) => ({ ...named('Service', 'cart', metadata), spec });
const pod = (name: string, ip: string, phase = 'Running') => ({ ...named('Pod', name, { labels: { pod: name } }), spec: { nodeName: 'n1', serviceAccountName: `sa-${name}` }, status: { podIP: ip, phase } });
const node = named('Node', 'n1', { labels: { 'failure-domain.beta.kubernetes.io/region': 'r', 'failure-domain.beta.kubernetes.io/zone': 'z' } });
const convert = (...manifests: object[]) => syntheticServiceEntries(snapshot(...manifests), { domain: 'cluster.local', trustDomain: 'td' });
const json = (entry: ConfigObject | undefined) => kindByCollection(syntheticServiceEntryKind.collection)?.toJson(entry?.spec);

test('a service with endpoints, pods and nodes', () => {
  const endpoints = { ...named('Endpoints', 'cart'), subsets: [{ addresses: [{ ip: '10.0.0.2' }, { ip: '10.0.0.1' }, { ip: '10.0.0.9' }], notReadyAddresses: [{ ip: '10.0.0.3' }], ports: [{ name: 'http-web', port: 8080 }] }] };
  const [entry] = convert(
    service({ clusterIP: '10.1.1.1', ports: [{ name: 'http-web', port: 80 }] }, { annotations: { 'networking.istio.io/exportTo': '., *' }, labels: { app: 'cart' } }),
    endpoints, pod('b', '10.0.0.2'), pod('a', '10.0.0.1'), pod('gone', '10.0.0.9', 'Succeeded'), node,
  );
  expect(entry?.metadata).toMatchObject({
    name: 'cart', namespace: 'shop', labels: { app: 'cart' },
    annotations: { 'networking.alpha.istio.io/serviceVersion': 'Service-1', 'networking.alpha.istio.io/endpointsVersion': 'Endpoints-1', 'networking.alpha.istio.io/notReadyEndpoints': '10.0.0.3:8080' },
  });
  expect(json(entry)).toEqual({
    hosts: ['cart.shop.svc.cluster.local'], addresses: ['10.1.1.1'], ports: [{ name: 'http-web', number: 80, protocol: 'HTTP' }], location: 'MESH_INTERNAL', resolution: 'STATIC', exportTo: ['*', '.'],
    endpoints: [
      { address: '10.0.0.2', ports: { 'http-web': 8080 }, labels: { pod: 'b' }, locality: 'r/z' },
      { address: '10.0.0.1', ports: { 'http-web': 8080 }, labels: { pod: 'a' }, locality: 'r/z' },
      { address: '10.0.0.9', ports: { 'http-web': 8080 } },
    ],
    subjectAltNames: ['spiffe://td/ns/shop/sa/sa-a', 'spiffe://td/ns/shop/sa/sa-b'],
  });
});

test.each([
  [{ ports: [{ port: 25 }] }, { addresses: ['0.0.0.0'], ports: [{ name: 'tcp-25', number: 25, protocol: 'TCP' }] }],
  [{ clusterIP: 'None', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }, { addresses: ['0.0.0.0'], ports: [{ name: 'dns', number: 53, protocol: 'UDP' }] }],
  [{ clusterIP: '10.1.1.1', ports: [{ name: 'grpc-web-x', port: 1 }, { name: 'web', port: 2 }] }, { ports: [{ name: 'grpc-web-x', number: 1, protocol: 'GRPC-Web' }, { name: 'web', number: 2, protocol: 'TCP' }] }],
  [{ type: 'ExternalName', externalName: 'example.com', ports: [{ name: 'http', port: 80 }] }, { addresses: ['0.0.0.0'], resolution: 'DNS', endpoints: [{ address: 'example.com' }] }],
])('%j', (spec, expected) => {
  const [entry] = convert(service(spec));
  expect(json(entry)).toMatchObject(expected);
  expect(hasErrors(validateObject(entry as ConfigObject))).toBe(false);
});

test('the version follows the content', () => {
  const spec = { clusterIP: '10.1.1.1', ports: [{ name: 'http', port: 80 }] };
  const endpoints = { ...named('Endpoints', 'cart'), subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ name: 'http', port: 80 }] }] };
  const versions = [convert(service(spec), endpoints), convert(service(spec), endpoints), convert(service(spec), endpoints, pod('a', '10.0.0.1'))].map(([entry]) => entry?.metadata.resourceVersion);
  expect(versions[0]).toBe(versions[1]);
  expect(versions[0]).not.toBe(versions[2]);
});
