import { ServiceEntry } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import { PODS, SERVICE_ENTRIES, ServiceDirectory } from '@quartet/pilot-registry';
import type { ConfigObject, ConfigSnapshot } from '@quartet/model';
import { describe, expect, it } from 'vitest';
import { briefEndpoints, configuration, endpoints, endpointShards, registry } from './registry-dumps.js';

const metadata = { name: 'reviews', namespace: 'default', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '7' };
const entry: ConfigObject = {
  collection: SERVICE_ENTRIES, kind: 'ServiceEntry', metadata,
  spec: ServiceEntry.fromJSON({
    hosts: ['reviews.default.svc.cluster.local'], ports: [{ name: 'http', number: 9080, protocol: 'HTTP' }], location: 'MESH_INTERNAL', resolution: 'STATIC',
    endpoints: [{ address: '127.77.1.1', labels: { version: 'v1', app: 'reviews' } }],
  }),
};
const pod: ConfigObject = { collection: PODS, kind: 'Pod', metadata: { ...metadata, name: 'reviews-v1' }, spec: { spec: { serviceAccountName: 'reviews' }, status: { podIP: '127.77.1.1' } } };
const config: ConfigSnapshot = { version: '1', get: () => undefined, list: <T>(collection: string) => [entry, pod].filter((object) => object.collection === collection) as ConfigObject<T>[] };
const directory = new ServiceDirectory();
directory.update(config, 'cluster.local');
const account = 'spiffe://cluster.local/ns/default/sa/reviews';

describe('the debug endpoints of the registry', () => {
  it("write services with Istio's keys, and {} at the end", () => {
    expect(registry(directory.current)).toEqual([
      {
        Attributes: { ServiceRegistry: 'MCP', Name: 'reviews.default.svc.cluster.local', Namespace: 'default', UID: '', ExportTo: {}, ClusterExternalAddresses: {} },
        ports: [{ name: 'http', port: 9080, protocol: 'HTTP' }], serviceAccounts: [account], creationTime: '1970-01-01T00:00:00.000Z',
        hostname: 'reviews.default.svc.cluster.local', address: '0.0.0.0', Resolution: 0, MeshExternal: false,
      },
      {},
    ]);
  });

  it('write endpoints by service and port', () => {
    expect(endpoints(directory.current)).toMatchObject([
      { svc: 'reviews.default.svc.cluster.local:http', ep: [{ endpoint: { Address: '127.77.1.1', Port: 9080, UID: 'kubernetes://reviews-v1.default' }, serviceaccount: account }, {}] },
      {},
    ]);
    expect(briefEndpoints(directory.current)).toBe(`reviews.default.svc.cluster.local:http tcp 127.77.1.1:9080 app=reviews,version=v1 ${account}\n`);
    expect(endpointShards(directory.current)).toMatchObject({ 'reviews.default.svc.cluster.local': { default: { Shards: { '': [{ address: '127.77.1.1' }] }, ServiceAccounts: { [account]: {} } } } });
  });

  it('write configuration objects', () => {
    expect(configuration(config, [SERVICE_ENTRIES])).toMatchObject([
      { type: 'service-entry', group: 'networking.istio.io', version: 'v1alpha3', name: 'reviews', namespace: 'default', resourceVersion: '7' }, {},
    ]);
  });
});
