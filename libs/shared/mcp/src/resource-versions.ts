import type { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';

/** Resource name -> version, as a sink has acknowledged it. */
export type ResourceVersions = ReadonlyMap<string, string>;

export interface Delta {
  readonly changed: readonly Resource[];
  readonly removed: readonly string[];
}

/** What a sink that holds `held` needs in order to hold `current`. */
export function calculateDelta(current: readonly Resource[], held: ResourceVersions): Delta {
  const names = new Set<string>();
  const changed = current.filter(({ metadata }) => {
    const name = metadata?.name ?? '';
    names.add(name);
    return held.get(name) !== metadata?.version;
  });
  return { changed, removed: [...held.keys()].filter((name) => !names.has(name)) };
}

/** The versions held after a push: a full one replaces, an incremental one changes. */
export function trackVersions(held: ResourceVersions, push: { readonly incremental: boolean; readonly resources: readonly Resource[]; readonly removedResources: readonly string[] }): ResourceVersions {
  const next = new Map(push.incremental ? held : []);
  for (const name of push.removedResources) next.delete(name);
  for (const { metadata } of push.resources) next.set(metadata?.name ?? '', metadata?.version ?? '');
  return next;
}
