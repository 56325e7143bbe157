import { host as hostNames, type Proxy, type Service } from '@quartet/model';
import { isHttp } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import type { VirtualServiceObject } from '../push/virtual-service-index.js';
import { mergeGateways, routeTableName, type GatewayServer, type MergedPort } from './gateway-servers.js';
import { isCatchAll, matchAll } from './http-route-match.js';
import { virtualServiceRoutes } from './http-routes.js';
import { mixerHttp } from './mixer.js';
import { noHeaders, type RouteTableView, type RouteView, type VirtualHostView } from './route-view.js';
import { telemetryOf } from './telemetry.js';

/** Hosts of a virtual service that a server serves to its namespace: of each matching pair the narrower name. */
export function intersectHosts(server: GatewayServer, object: VirtualServiceObject): string[] {
  const common = new Set<string>();
  for (const host of object.spec.hosts) {
    for (const entry of server.hosts) {
      const slash = entry.indexOf('/');
      const namespace = entry.slice(0, slash);
      const served = entry.slice(slash + 1);
      if (namespace !== '*' && namespace !== object.metadata.namespace) continue;
      if (hostNames.subsetOf(host, served)) common.add(host);
      else if (hostNames.subsetOf(served, host)) common.add(served);
    }
  }
  return [...common];
}

/** Tables of all HTTP(S) servers of the proxy's gateways (source: gateway.go, buildGatewayHTTPRouteConfig). */
export function buildGatewayRouteTables(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): readonly RouteTableView[] {
  const registry = new Map<string, Service>();
  for (const service of push.services.visibleFrom(proxy.configNamespace)) if (!registry.has(service.hostname)) registry.set(service.hostname, service);
  return mergeGateways(push, proxy, diagnostics).flatMap((merged) => {
    const tables = new Map<string, GatewayServer[]>();
    for (const server of merged.servers) {
      const name = routeTableName(server);
      if (name !== '') tables.set(name, [...(tables.get(name) ?? []), server]);
    }
    return [...tables].map(([name, servers]) => table({ push, proxy, diagnostics, registry }, { name, servers, merged }));
  });
}

interface Context {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
  readonly registry: ReadonlyMap<string, Service>;
}

function table(context: Context, wanted: { name: string; servers: readonly GatewayServer[]; merged: MergedPort }): RouteTableView {
  const { name, servers, merged } = wanted;
  const hosts = new Map<string, { routes: RouteView[]; requireTls: boolean }>();
  const translated = new Map<string, readonly RouteView[]>();
  for (const server of servers) {
    for (const object of context.push.virtualServices.boundTo(server.gatewayName, context.proxy.configNamespace)) {
      const common = intersectHosts(server, object);
      if (common.length === 0) continue;
      const key = `${server.gatewayName}\n${object.metadata.namespace}/${object.metadata.name}`;
      let routes = translated.get(key);
      if (!routes) translated.set(key, (routes = virtualServiceRoutes({ ...context, port: merged.port, gateways: new Set([server.gatewayName]) }, object)));
      for (const host of common) {
        const entry = hosts.get(host) ?? { routes: [], requireTls: false };
        hosts.set(host, entry);
        if (!entry.routes.some((route) => routes?.includes(route))) entry.routes.push(...routes);
        entry.requireTls ||= isHttp(server.protocol) && server.server.tls?.httpsRedirect === true;
      }
    }
  }
  const virtualHosts = [...hosts].map(([host, { routes, requireTls }]): VirtualHostView => ({
    name: `${host}:${merged.port}`, domains: [host, `${host}:${merged.port}`], requireTls, routes: catchAllsLast(routes),
  }));
  const redirecting = servers.flatMap((server) => (isHttp(server.protocol) && server.server.tls?.httpsRedirect ? server.hosts : []));
  const [first] = servers;
  return {
    name,
    virtualHosts: virtualHosts.length > 0 ? virtualHosts.sort((a, b) => (a.name < b.name ? -1 : 1)) : [nothing(merged.port, redirecting.length > 0)],
    mixer: mixerHttp(context.push, context.proxy, { role: 'gateway' }), telemetry: telemetryOf(context.push, context.proxy, { role: 'gateway' }),
    patch: { context: 'GATEWAY', port: merged.port, portName: first?.portName ?? '', gateway: first?.gatewayName ?? '' },
  };
}

/** Of several virtual services on a host none may hide another. */
function catchAllsLast(routes: readonly RouteView[]): RouteView[] {
  return [...routes.filter(({ match }) => !isCatchAll(match)), ...routes.filter(({ match }) => isCatchAll(match))];
}

function nothing(port: number, requireTls: boolean): VirtualHostView {
  const route: RouteView = { name: 'default', match: matchAll, action: { kind: 'respond', status: 404 }, headers: noHeaders, fault: undefined, operation: '', config: '', quotaSpecs: [] };
  return { name: `blackhole:${port}`, domains: ['*'], requireTls, routes: [route] };
}
