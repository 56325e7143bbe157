import { describe, expect, it } from 'vitest';
import { formatProblem, parseManifest } from './index.js';

const gateway = {
  apiVersion: 'networking.istio.io/v1alpha3', kind: 'Gateway',
  metadata: { name: 'public', labels: { a: 'b' }, creationTimestamp: '2020-02-01T00:00:00Z', resourceVersion: '7' },
  spec: { servers: [{ hosts: ['*'] }] },
};

describe('parseManifest', () => {
  it('gives an object with its origin and namespace', () => {
    const origin = { file: 'a.yaml', line: 3 };
    expect(parseManifest(gateway, { origin, defaultNamespace: 'shop' })).toMatchObject({
      problems: [], kind: { kind: 'Gateway' },
      object: {
        collection: 'istio/networking/v1alpha3/gateways', kind: 'Gateway', origin, spec: { servers: [{ hosts: ['*'] }] },
        metadata: { name: 'public', namespace: 'shop', labels: { a: 'b' }, annotations: {}, creationTimestamp: 1_580_515_200_000, resourceVersion: '7' },
      },
    });
  });

  it('keeps a whole Kubernetes object', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop', ownerReferences: [] }, spec: { serviceAccountName: 'sa' }, status: { podIP: '10.0.0.1' } };
    expect(parseManifest(pod).object?.spec).toEqual(pod);
  });

  it('gives no namespace to a cluster-scoped object', () => {
    const policy = { apiVersion: 'authentication.istio.io/v1alpha1', kind: 'MeshPolicy', metadata: { name: 'default', namespace: 'shop' }, spec: { peers: [{ mtls: {} }] } };
    expect(parseManifest(policy, { defaultNamespace: 'x' }).object?.metadata.namespace).toBe('');
  });

  it.each([
    [null, 'expected an object, got null'],
    [{}, 'apiVersion: is required'],
    [{ ...gateway, kind: 'gateway' }, 'kind: "gateway" of "networking.istio.io/v1alpha3" is not a known kind; did you mean Gateway of networking.istio.io/v1alpha3?'],
    [{ ...gateway, apiVersion: 'networking.istio.io/v1' }, /did you mean Gateway of networking.istio.io\/v1alpha3/],
    [{ ...gateway, metadata: {} }, 'metadata.name: is required'],
    [{ ...gateway, metadata: undefined }, 'metadata: is required'],
    [{ ...gateway, metadata: { name: 'a', labels: { v: 1 } } }, 'metadata.labels.v: expected a string, got the number 1; put it in quotes'],
    [{ ...gateway, servers: [] }, 'servers: unknown field: does it belong into spec?'],
    [{ ...gateway, spec: { servers: {} } }, 'spec.servers: expected a list, got an object'],
  ])('refuses %j', (json, message) => {
    const { object, problems } = parseManifest(json);
    expect(object).toBeUndefined();
    expect(problems.map(formatProblem)).toEqual([message instanceof RegExp ? expect.stringMatching(message) : message]);
  });

  it('only warns of unknown fields in the kinds of Pilot', () => {
    const { object, problems } = parseManifest({ ...gateway, spec: { servers: [], extra: 1 } });
    expect(object).toBeDefined();
    expect(problems).toEqual([{ path: 'spec.extra', message: 'unknown field', severity: 'warning' }]);
  });
});
