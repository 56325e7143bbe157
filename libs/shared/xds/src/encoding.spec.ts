import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { DiscoveryResponse } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { describe, expect, it } from 'vitest';
import { assembleResponse, CLUSTER_TYPE, ResourceEncoder, ResourceSet } from './index.js';

const cluster = (name: string, altStatName = '') => Cluster.fromPartial({ name, altStatName });
const identity = (name: string) => ({ typeUrl: CLUSTER_TYPE, name });

describe('an assembled response', () => {
  it.each([0, 1, 127, 128, 20_000])('decodes to what went in, with a resource of %i bytes more', (size) => {
    const encoder = new ResourceEncoder();
    const resources = [cluster('a'), cluster('b', 'x'.repeat(size))].map((message) => encoder.encode(identity(message.name), message, Cluster));
    const set = new ResourceSet(resources);
    const head = { versionInfo: '2026/7', typeUrl: CLUSTER_TYPE, nonce: 'n1' };
    const whole = DiscoveryResponse.decode(assembleResponse(head, [set.body]));
    const parts = DiscoveryResponse.decode(assembleResponse(head, resources.map((resource) => resource.field)));
    expect(whole).toEqual(parts);
    expect(whole).toMatchObject(head);
    expect(whole.resources.map((any) => Cluster.decode(any.value))).toEqual([cluster('a'), cluster('b', 'x'.repeat(size))]);
    expect(whole.resources.every((any) => any.typeUrl === CLUSTER_TYPE)).toBe(true);
  });
});

describe('the resource encoder', () => {
  it('gives equal content the same resource', () => {
    const encoder = new ResourceEncoder();
    const first = encoder.encode(identity('a'), cluster('a'), Cluster);
    expect(encoder.encode(identity('a'), cluster('a'), Cluster)).toBe(first);
    expect(encoder.encode(identity('a'), cluster('a', 'other'), Cluster)).not.toBe(first);
    expect(encoder).toMatchObject({ encoded: 3, shared: 1 });
  });

  it('does no work for an object that it has seen', () => {
    const encoder = new ResourceEncoder();
    const message = cluster('a');
    encoder.encode(identity('a'), message, Cluster);
    encoder.encode(identity('a'), message, Cluster);
    expect(encoder.encoded).toBe(1);
  });
});

describe('a resource set', () => {
  it('has one version for one content, whatever the order', () => {
    const encoder = new ResourceEncoder();
    const [a, b] = [cluster('a'), cluster('b')].map((message) => encoder.encode(identity(message.name), message, Cluster));
    expect(new ResourceSet([a!, b!]).version).toBe(new ResourceSet([b!, a!]).version);
    expect(new ResourceSet([a!]).version).not.toBe(new ResourceSet([b!]).version);
  });
});
