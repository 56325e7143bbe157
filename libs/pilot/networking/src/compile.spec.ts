import { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import type { ConfigObject } from '@quartet/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildProxyView, buildPushContext, compileEndpoints, compileProxy, compileRouteTable, knownClusters, namespaceDependencies } from './index.js';
import { environmentOf, loadScenario, toObject } from './testdata/environment.js';

const scenario = (name: string) => loadScenario(new URL(`./testdata/${name}/`, import.meta.url));

describe('the finer doors', () => {
  const { environment, proxy } = scenario('sidecar-none');
  const push = buildPushContext(environment);
  const whole = compileProxy(push, proxy);

  it('compiles the endpoints of single clusters as the whole compilation does', () => {
    const names = knownClusters(push, proxy, 'stock.default.svc.cluster.local');
    expect(names).toEqual(['', 'v1', 'v2'].map((subset) => `outbound|9080|${subset}|stock.default.svc.cluster.local`));
    expect(compileEndpoints(push, proxy, names)).toEqual(whole.endpoints.filter(({ clusterName }) => names.includes(clusterName)));
  });

  it('answers for an unknown cluster with an empty assignment and for an unknown table with an empty one', () => {
    expect(compileEndpoints(push, proxy, ['outbound|1||nobody'])).toEqual([ClusterLoadAssignment.fromPartial({ clusterName: 'outbound|1||nobody' })]);
    expect(compileRouteTable(push, proxy, 'no-such-table').virtualHosts).toEqual([]);
    expect(compileRouteTable(push, proxy, '9080')).toEqual(whole.routes.find(({ name }) => name === '9080'));
  });

  it('says on which namespaces a sidecar depends, and that a gateway depends on all', () => {
    expect([...(namespaceDependencies(push, proxy) ?? [])].sort()).toEqual(['default', 'istio-system']);
    expect(namespaceDependencies(push, { ...proxy, type: 'router' })).toBeUndefined();
  });

  it('has a view that prints and comes back the same', () => {
    const view = buildProxyView(push, proxy);
    expect(JSON.parse(JSON.stringify(view))).toEqual(JSON.parse(JSON.stringify(buildProxyView(push, proxy))));
    expect(JSON.stringify(view)).not.toMatch(/typedConfig|typeUrl|envoy\.extensions/);
  });

  it('binds nothing but its own address on a shared loopback', () => {
    const bound = whole.listeners.filter(({ bindToPort }) => bindToPort !== false).map(({ address }) => address?.socketAddress?.address ?? '');
    expect(bound.every((ip) => ip.startsWith('127.77.11.'))).toBe(true);
  });
});

type Path = readonly (string | number)[];

/** Every path to a value inside a document. */
function paths(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, child]) => paths(child, [...at, Array.isArray(value) ? Number(key) : key]))];
}

function edited(value: unknown, [key, ...rest]: Path, edit: (value: unknown) => unknown): unknown {
  if (key === undefined) return edit(value);
  if (Array.isArray(value)) return value.map((child, i) => (i === key ? edited(child, rest, edit) : (child as unknown))).filter((child) => child !== undefined);
  const object = value as Record<string, unknown>;
  return { ...object, [key]: edited(object[key], rest, edit) };
}

/** What a user may get wrong: a value left out, or another one of its type. */
const edits: readonly ((value: unknown) => unknown)[] = [
  () => undefined,
  (value) => (typeof value === 'string' ? '*/(' : typeof value === 'number' ? 0 : Array.isArray(value) ? [] : typeof value === 'boolean' ? !value : {}),
];

function decoded(documents: readonly unknown[]): ConfigObject[] {
  return documents.flatMap((document, i) => {
    try {
      return [toObject(document, i)];
    } catch {
      return [];
    }
  });
}

describe('user configuration never throws', () => {
  it.each(['sidecar-none', 'http-route', 'destination-rule', 'redirected', 'gateway', 'access-control', 'envoy-filter'])('%s with one value spoilt', (name) => {
    const { documents, mesh, proxy } = scenario(name);
    const places = documents.flatMap((document, i) => paths((document as { spec: unknown }).spec).map((path) => ({ i, path: ['spec', ...path] as Path })));
    const mutants = places.flatMap((place) => edits.map((edit) => ({ ...place, edit })));
    fc.assert(fc.property(fc.constantFrom(...mutants), ({ i, path, edit }) => {
      const changed = documents.map((document, j) => (j === i ? edited(document, path, edit) : document));
      compileProxy(buildPushContext(environmentOf(decoded(changed), mesh)), proxy);
    }), { numRuns: 80, seed: 7 });
  });
});
