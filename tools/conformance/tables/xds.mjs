// pilot/xds: what Istio 1.4.10's Pilot sent over ADS for whole configurations, compared resource by resource after translation to v3.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { difference, sortBy } from '../xds/plain.mjs';
import { loadScenario } from '../xds/scenario.mjs';
import * as v2 from '../xds/v2.mjs';
import * as v3 from '../xds/v3.mjs';

export const name = 'xds';
const kinds = ['clusters', 'listeners', 'routes', 'endpoints'];
const one = { clusters: 'cluster', listeners: 'listener', routes: 'route', endpoints: 'endpoints' };
const keyOf = (resource) => resource.name ?? resource.clusterName;

/** A case is one type of resource of one proxy of one scenario. */
export async function* cases({ folder, readJson }) {
  for (const scenario of (await readdir(join(folder, 'pilot/xds'))).toSorted()) {
    const loaded = await loadScenario(join(folder, 'pilot/xds', scenario)).catch((error) => ({ proxies: [{ name: '*' }], error }));
    for (const proxy of loaded.proxies) {
      const compiled = attempt(() => loaded.compile(proxy), loaded.error);
      for (const kind of kinds) {
        yield {
          id: `${scenario}/${proxy.name}/${kind}`,
          check: async () => compare(kind, compiled(), await readJson(`pilot/xds/${scenario}/expected/${proxy.name}.json`)),
        };
      }
    }
  }
}

function attempt(work, error) {
  let result;
  return () => {
    if (error) throw error;
    return (result ??= work());
  };
}

function compare(kind, compiled, expected) {
  const ours = new Map(compiled[kind].map((message) => v3[one[kind]](message)).map((resource) => [keyOf(resource), resource]));
  const theirs = new Map((expected[kind] ?? []).map((resource) => v2[one[kind]](resource)).map((resource) => [keyOf(resource), resource]));
  const missing = [...theirs.keys()].filter((key) => !ours.has(key));
  const extra = [...ours.keys()].filter((key) => !theirs.has(key));
  const lines = [...missing.map((key) => `missing ${key}`), ...extra.map((key) => `extra ${key}`)];
  for (const [key, resource] of sortBy([...ours], ([key]) => key)) {
    if (theirs.has(key)) lines.push(...difference(resource, theirs.get(key)).map((line) => `${key}${line}`));
  }
  if (lines.length > 0) throw new Error(lines.slice(0, 8).join('\n    '));
}
