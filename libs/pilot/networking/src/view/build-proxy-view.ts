import type { Proxy } from '@quartet/model';
import { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import { buildClusterViews } from './build-clusters.js';
import { buildGatewayListeners } from './gateway-listeners.js';
import { buildGatewayRouteTables } from './gateway-routes.js';
import { buildInboundListeners } from './inbound-listeners.js';
import type { ListenerView } from './listener-view.js';
import { buildOutboundListeners } from './outbound-listeners.js';
import type { ProxyView } from './proxy-view.js';
import type { RouteTableView } from './route-view.js';
import { buildSidecarRouteTable } from './sidecar-routes.js';
import { virtualInbound, virtualOutbound } from './virtual-listeners.js';

/** Stage 2: what the proxy needs, in Istio's words. Faults of configuration go to `diagnostics`. */
export function buildProxyView(push: PushContext, proxy: Proxy, diagnostics: Diagnostics = new Diagnostics()): ProxyView {
  const clusters = buildClusterViews(push, proxy, diagnostics);
  if (proxy.type === 'router') {
    const listeners = buildGatewayListeners(push, proxy, diagnostics);
    const tables = buildGatewayRouteTables(push, proxy, diagnostics);
    const used = new Set(routeTableNames(listeners));
    return { proxyId: proxy.id, clusters, listeners, routeTables: tables.filter((table) => used.has(table.name)) };
  }
  const inbound = buildInboundListeners(push, proxy, diagnostics);
  const listeners = [...inbound, ...buildOutboundListeners(push, proxy, diagnostics), virtualOutbound(push, proxy), virtualInbound(push, proxy, { inbound, diagnostics })];
  const routeTables = routeTableNames(listeners).map((name) => buildRouteTable(push, proxy, { name, diagnostics }));
  return { proxyId: proxy.id, clusters, listeners, routeTables };
}

/** Names of the tables that listeners ask for over RDS, each once. */
export function routeTableNames(listeners: readonly ListenerView[]): readonly string[] {
  const names = listeners.flatMap(({ chains }) => chains.flatMap(({ handler }) => (handler.kind === 'http' && typeof handler.routes === 'string' ? [handler.routes] : [])));
  return [...new Set(names)];
}

/** The table of an RDS name; an unknown name gets an empty table, so that no listener waits for it. */
export function buildRouteTable(push: PushContext, proxy: Proxy, request: { name: string; diagnostics: Diagnostics }): RouteTableView {
  const found =
    proxy.type === 'router'
      ? buildGatewayRouteTables(push, proxy, request.diagnostics).find((table) => table.name === request.name)
      : buildSidecarRouteTable(push, proxy, request);
  return found ?? { name: request.name, virtualHosts: [], mixer: undefined, patch: { context: proxy.type === 'router' ? 'GATEWAY' : 'SIDECAR_OUTBOUND', port: 0, portName: '', gateway: '' } };
}
