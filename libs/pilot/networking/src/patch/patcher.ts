import type { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import type { Proxy } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import type { ClusterView } from '../view/cluster-view.js';
import type { ListenerView } from '../view/listener-view.js';
import type { RouteTableView } from '../view/route-view.js';

/** Applies the EnvoyFilters that select a proxy. */
export interface Patcher {
  clusters(built: readonly { view: ClusterView; cluster: Cluster }[]): readonly Cluster[];
  listeners(built: readonly { view: ListenerView; listener: Listener }[]): readonly Listener[];
  routes(view: RouteTableView, table: RouteConfiguration): RouteConfiguration;
}

export function patcherFor(_push: PushContext, _proxy: Proxy, _diagnostics: Diagnostics): Patcher {
  return {
    clusters: (built) => built.map(({ cluster }) => cluster),
    listeners: (built) => built.map(({ listener }) => listener),
    routes: (_view, table) => table,
  };
}
