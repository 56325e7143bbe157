import { ConfigStore } from '@quartet/config';
import { defaultMeshConfig, kindByName, meshConfigKind, type ConfigObject } from '@quartet/model';
import { describe, expect, it } from 'vitest';
import { GalleyFeed } from './galley-feed.js';
import { findMixerLeftovers } from './mixer-leftovers.js';

const rule = kindByName('config.istio.io/v1alpha2', 'rule')!;
const gateway = kindByName('networking.istio.io/v1alpha3', 'Gateway')!;
const object = (kind: { kind: string; collection: string }, name: string, spec: unknown): ConfigObject => ({
  collection: kind.collection, kind: kind.kind, spec, origin: { file: `${name}.yaml`, line: 7 },
  metadata: { name, namespace: 'istio-system', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: 'v1' },
});
const mesh = object(meshConfigKind, 'meshconfig', { ...defaultMeshConfig(), mixerCheckServer: 'istio-policy:9091' });

function storeOf(...objects: ConfigObject[]): ConfigStore {
  const store = new ConfigStore();
  store.replace(new Map(Map.groupBy(objects, ({ collection }) => collection)));
  store.markSynced();
  return store;
}

describe('what Mixer would read', () => {
  it('is named with file, line and the way out', () => {
    const { snapshot } = storeOf(object(rule, 'deny-all', {}), object(gateway, 'ingress', {}), mesh);
    const reason = 'has no meaning without Mixer; see quartet migrate';
    expect(findMixerLeftovers(snapshot)).toEqual([
      { file: 'meshconfig.yaml', line: 7, kind: 'MeshConfig', namespace: 'istio-system', name: 'meshconfig', field: 'mixerCheckServer', reason, severity: 'warning' },
      { file: 'deny-all.yaml', line: 7, kind: 'rule', namespace: 'istio-system', name: 'deny-all', field: '', reason, severity: 'warning' },
    ]);
  });

  it("does not reach Pilot: neither its kinds nor the mesh's addresses of it", async () => {
    const source = storeOf(object(rule, 'deny-all', {}), object(gateway, 'ingress', {}), mesh);
    const feed = new GalleyFeed({ domain: 'cluster.local', trustDomain: 'cluster.local' }).follow(source);
    await feed.whenSynced();
    expect(feed.snapshot.list(rule.collection)).toEqual([]);
    expect(feed.snapshot.list(gateway.collection).map(({ metadata }) => metadata.name)).toEqual(['ingress']);
    expect(feed.snapshot.list(meshConfigKind.collection)).toMatchObject([{ spec: { mixerCheckServer: '', mixerReportServer: '' } }]);
  });

  it('changes nothing for Pilot', async () => {
    const source = storeOf(object(gateway, 'ingress', {}), mesh);
    const feed = new GalleyFeed({ domain: 'cluster.local', trustDomain: 'cluster.local' }).follow(source);
    await feed.whenSynced();
    const changes: string[][] = [];
    feed.subscribe((_, changed) => changes.push([...changed]));
    source.replace(new Map([[rule.collection, [object(rule, 'deny-all', {})]]]));
    source.replace(new Map([[gateway.collection, [object(gateway, 'other', {})]]]));
    expect(changes).toEqual([[gateway.collection]]);
  });
});
