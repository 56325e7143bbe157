import { istioKinds, kindByCollection, kindByName, legacyMixerKinds, type ConfigObject } from '@quartet/model';
import { describe, expect, test } from 'vitest';
import { componentConfigs, groupOf, isServed, projectCollection, servedKinds } from './index.js';

const object = (collection: string, name: string, spec: unknown, namespace = 'ns'): ConfigObject => ({
  collection, kind: kindByCollection(collection)?.kind ?? '', spec,
  metadata: { name, namespace, labels: { app: 'x' }, annotations: { note: 'y' }, creationTimestamp: 1_500_000_000_250, resourceVersion: 'v1' },
});

describe('collections', () => {
  test('every Istio kind, the legacy Mixer kinds, the mesh and Pods are served', () => {
    for (const { collection } of [...istioKinds, ...legacyMixerKinds]) expect(isServed(collection)).toBe(true);
    for (const collection of ['istio/mesh/v1alpha1/MeshConfig', 'k8s/core/v1/pods', 'k8s/core/v1/namespaces', 'k8s/apps/v1/deployments']) expect(isServed(collection)).toBe(true);
    for (const collection of ['istio/nonsense', 'quartet/v1alpha1/componentconfigs', '']) expect(isServed(collection)).toBe(false);
  });

  test('synthetic service entries have a group of their own', () => {
    expect(groupOf('istio/networking/v1alpha3/synthetic/serviceentries')).toBe('syntheticServiceEntry');
    expect(groupOf('istio/networking/v1alpha3/serviceentries')).toBe('default');
  });

  test('a collection is served once', () => {
    const names = servedKinds.map(({ collection }) => collection);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('projection', () => {
  const gateways = kindByName('networking.istio.io/v1alpha3', 'Gateway');
  const pods = kindByName('v1', 'Pod');

  test('puts an object into the envelope of Istio 1.4', () => {
    const spec = gateways?.parse({ selector: { istio: 'ingressgateway' } }, 'spec').spec;
    const { version, resources, leftOut } = projectCollection(gateways!, [object(gateways!.collection, 'g', spec)], 'abc');
    expect(version).toBe('istio/networking/v1alpha3/gateways/abc');
    expect(leftOut).toEqual([]);
    expect(resources).toMatchObject([{
      metadata: { name: 'ns/g', version: 'v1', createTime: { seconds: 1_500_000_000, nanos: 250_000_000 }, labels: { app: 'x' }, annotations: { note: 'y' } },
      body: { typeUrl: 'type.googleapis.com/istio.networking.v1alpha3.Gateway' },
    }]);
    expect(gateways?.decode(resources[0]!.body!.value)).toEqual(spec);
  });

  test('names cluster-scoped objects without a slash, and carries Pods as a Struct', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status: { podIP: '127.77.1.1' } };
    const { resources } = projectCollection(pods!, [object('k8s/core/v1/pods', 'p', pod, '')], '1');
    expect(resources).toMatchObject([{ metadata: { name: 'p' }, body: { typeUrl: 'type.googleapis.com/google.protobuf.Struct' } }]);
    expect(pods?.decode(resources[0]!.body!.value)).toEqual(pod);
  });

  test('leaves out what cannot be serialised, and says so', () => {
    const { resources, leftOut } = projectCollection(gateways!, [object(gateways!.collection, 'bad', { servers: 7 }), object(gateways!.collection, 'good', gateways!.parse({}, 'spec').spec)], '1');
    expect(resources).toMatchObject([{ metadata: { name: 'ns/good' } }]);
    expect(leftOut).toMatchObject([expect.stringMatching(/^Gateway ns\/bad: /)]);
  });
});

describe('component configuration', () => {
  const config = (name: string, spec: unknown) => object('quartet/v1alpha1/componentconfigs', name, spec, '');

  test('is published by component', () => {
    const { configs, problems } = componentConfigs([config('*', { logLevels: { default: 'warn' } }), config('pilot', { settings: { debounceAfter: '1s' } })]);
    expect(problems).toEqual([]);
    expect([...configs]).toEqual([['*', { version: 'v1', logLevels: { default: 'warn' }, settings: {} }], ['pilot', { version: 'v1', logLevels: {}, settings: { debounceAfter: '1s' } }]]);
  });

  test.each([
    [{ logLevels: { ads: 'loud' } }, 'spec.logLevels.ads', 'error'],
    [{ logLevels: 'debug' }, 'spec.logLevels', 'error'],
    [{ settings: [] }, 'spec.settings', 'error'],
    [{ loglevels: {} }, 'spec.loglevels', 'error'],
  ])('%j: %s', (spec, path, severity) => {
    const { configs, problems } = componentConfigs([config('mixer', spec)]);
    expect(problems).toMatchObject([{ problem: { path, severity } }]);
    expect(configs.size).toBe(0);
  });

  test('for an unknown component is published with a warning', () => {
    const { configs, problems } = componentConfigs([config('pilto', {})]);
    expect(problems).toMatchObject([{ problem: { path: 'metadata.name', severity: 'warning' } }]);
    expect(configs.size).toBe(1);
  });
});
