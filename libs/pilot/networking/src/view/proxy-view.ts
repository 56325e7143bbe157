import type { ClusterView } from './cluster-view.js';
import type { ListenerView } from './listener-view.js';
import type { RouteTableView } from './route-view.js';

/** All that one proxy needs, in Istio's words. Plain data: prints as JSON, compares by value, names no Envoy type. */
export interface ProxyView {
  readonly proxyId: string;
  readonly clusters: readonly ClusterView[];
  readonly listeners: readonly ListenerView[];
  readonly routeTables: readonly RouteTableView[];
}
