import type { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import type { Proxy } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import type { RouteTableView } from '../view/route-view.js';
import { patchClusters, type BuiltCluster } from './cluster-patches.js';
import { insertDeprecatedFilters } from './deprecated-filters.js';
import { patchListeners, type BuiltListener } from './listener-patches.js';
import { patchInlineRoutes } from './inline-routes.js';
import { patchRoutes } from './route-patches.js';
import { selectPatches } from './selection.js';

/** Stage 4: the EnvoyFilters that select a proxy, applied one after the other: the root namespace's first, oldest first. */
export interface Patcher {
  clusters(built: readonly BuiltCluster[]): readonly Cluster[];
  listeners(built: readonly BuiltListener[]): readonly Listener[];
  routes(view: RouteTableView, table: RouteConfiguration): RouteConfiguration;
}

export function patcherFor(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): Patcher {
  const labels = push.labelsOf(proxy);
  const sets = push.envoyFilters.forProxy(proxy, labels).map((object) => selectPatches(object, proxy, diagnostics)).filter((set) => set.length > 0);
  const deprecated = push.envoyFilters.deprecatedFor(labels);
  const site = { router: proxy.type === 'router', diagnostics };
  return {
    clusters: (built) => sets.reduce((result, set) => patchClusters(result, set, site), built).map(({ cluster }) => cluster),
    listeners(built) {
      const inlined = sets.length === 0 ? built : built.map((entry) => patchInlineRoutes(entry, sets, diagnostics));
      const patched = sets.reduce((result, set) => patchListeners(result, set, site), insertDeprecatedFilters(inlined, deprecated, diagnostics));
      return patched.map(({ listener }) => listener);
    },
    routes: (view, table) => sets.reduce((result, set) => patchRoutes(result, set, { patch: view.patch, diagnostics }), table),
  };
}
