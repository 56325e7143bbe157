import type { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import type { Proxy } from '@quartet/model';
import { Diagnostics, type Diagnostic } from './diagnostics.js';
import { buildCluster } from './envoy/clusters.js';
import { buildEndpoints } from './envoy/endpoints.js';
import { buildListener, placeDefaultChain } from './envoy/listeners.js';
import { buildRouteConfiguration } from './envoy/routes.js';
import { patcherFor } from './patch/patcher.js';
import { proveConsistency } from './proof/consistency.js';
import type { PushContext } from './push/push-context.js';
import { buildProxyView, buildRouteTable } from './view/build-proxy-view.js';
import { outboundCluster } from './view/cluster-name.js';
import { buildAssignment } from './view/endpoints.js';

/** Envoy v3 messages for one proxy, in the order in which 1.4 sent them, and what was wrong with the configuration. */
export interface CompiledProxy {
  readonly clusters: readonly Cluster[];
  readonly listeners: readonly Listener[];
  /** One for every RDS name that the listeners ask for. */
  readonly routes: readonly RouteConfiguration[];
  /** One for every EDS cluster; empty where there are no endpoints. */
  readonly endpoints: readonly ClusterLoadAssignment[];
  readonly diagnostics: readonly Diagnostic[];
}

/** All stages for one proxy. Pure: equal inputs give equal outputs. Never throws for user configuration. */
export function compileProxy(push: PushContext, proxy: Proxy): CompiledProxy {
  const diagnostics = new Diagnostics();
  for (const diagnostic of push.diagnostics) diagnostics.add(diagnostic);
  const view = buildProxyView(push, proxy, diagnostics);
  const patcher = patcherFor(push, proxy, diagnostics);
  const clusters = patcher.clusters(view.clusters.map((cluster) => ({ view: cluster, cluster: buildCluster(cluster) })));
  const settings = { mesh: push.mesh, features: push.features };
  const listeners = patcher.listeners(view.listeners.map((listener) => ({ view: listener, listener: buildListener(listener, settings) }))).map(placeDefaultChain);
  const routes = view.routeTables.map((table) => patcher.routes(table, buildRouteConfiguration(table)));
  const endpoints = compileEndpoints(push, proxy, clusters.flatMap((cluster) => (cluster.edsClusterConfig ? [cluster.edsClusterConfig.serviceName || cluster.name] : [])));
  const proven = proveConsistency({ clusters, listeners, routes }, diagnostics);
  return { ...proven, endpoints, diagnostics: diagnostics.list };
}

/** The assignments of some clusters, for pushes of endpoints alone; an unknown cluster has an empty one. */
export function compileEndpoints(push: PushContext, proxy: Proxy, clusterNames: readonly string[]): readonly ClusterLoadAssignment[] {
  return clusterNames.map((name) => {
    const assignment = buildAssignment(push, proxy, name);
    return assignment ? buildEndpoints(assignment) : ClusterLoadAssignment.fromPartial({ clusterName: name });
  });
}

/** One route table by its RDS name; an unknown name gives an empty one. */
export function compileRouteTable(push: PushContext, proxy: Proxy, name: string): RouteConfiguration {
  const diagnostics = new Diagnostics();
  const table = buildRouteTable(push, proxy, { name, diagnostics });
  return patcherFor(push, proxy, diagnostics).routes(table, buildRouteConfiguration(table));
}

/** Names of the EDS clusters that a change of one service's endpoints touches, as the proxy sees it: its ports and subsets. */
export function knownClusters(push: PushContext, proxy: Proxy, hostname: string): readonly string[] {
  const services = proxy.type === 'sidecar' ? push.sidecarScope(proxy).services : push.services.visibleFrom(proxy.configNamespace);
  return services.filter((service) => service.hostname === hostname).flatMap((service) => {
    const rule = push.destinationRules.ruleFor(proxy.configNamespace, service);
    const subsets = ['', ...(rule?.spec.subsets.map(({ name }) => name) ?? [])];
    return service.ports.flatMap(({ port }) => subsets.map((subset) => outboundCluster(hostname, port, subset)));
  });
}
