import type { Destination, HTTPMatchRequest, HTTPRoute } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { labels as labelSets, durationMs, type Proxy, type Service } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { configPath, objectName } from '../push/config-list.js';
import type { PushContext } from '../push/push-context.js';
import type { VirtualServiceObject } from '../push/virtual-service-index.js';
import { outboundCluster, parseClusterName } from './cluster-name.js';
import { destinationService } from './destination-service.js';
import { hashPolicy } from './hash-policy.js';
import { isCatchAll, matchAll, translateMatch } from './http-route-match.js';
import { defaultRetry, joinHeaders, translateCors, translateFault, translateHeaders, translateRetry } from './http-route-parts.js';
import { noHeaders, type HashPolicyView, type RouteActionView, type RouteDestinationView, type RouteMatchView, type RouteView } from './route-view.js';

/** Where a virtual service's routes are to be used. */
export interface RouteSite {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
  /** Services by host name, with the ports that matter here. */
  readonly registry: ReadonlyMap<string, Service>;
  /** 0: every port. */
  readonly port: number;
  /** `mesh` or `ns/name` of gateways. */
  readonly gateways: ReadonlySet<string>;
}

/** The routes of a virtual service in order, up to and with the first that catches everything (source: route.TranslateRoute). */
export function virtualServiceRoutes(site: RouteSite, object: VirtualServiceObject): readonly RouteView[] {
  const routes: RouteView[] = [];
  const base = `http`;
  for (const [i, http] of object.spec.http.entries()) {
    const matches: (HTTPMatchRequest | undefined)[] = http.match.length > 0 ? http.match : [undefined];
    for (const match of matches) {
      if (match && !applies(site, match)) continue;
      const route = translate(site, { object, http, match, field: `${base}[${i}]` });
      if (!route) continue;
      routes.push(route);
      if (isCatchAll(route.match)) return routes;
    }
  }
  return routes;
}

/** Conditions of a match that are known beforehand: gateway, source labels, port. */
function applies(site: RouteSite, match: HTTPMatchRequest): boolean {
  const bound = match.gateways.length > 0 ? match.gateways.some((gateway) => site.gateways.has(gateway)) : labelSets.selects(match.sourceLabels, site.push.labelsOf(site.proxy));
  return bound && (match.port === 0 || match.port === site.port);
}

interface Source {
  readonly object: VirtualServiceObject;
  readonly http: HTTPRoute;
  readonly match: HTTPMatchRequest | undefined;
  readonly field: string;
}

function translate(site: RouteSite, source: Source): RouteView | undefined {
  const { object, http, match } = source;
  const action = http.redirect ? redirect(site, source) : forward(site, source);
  if (!action) return undefined;
  const matchView = translateMatch(match);
  const single = action.kind === 'forward' && action.destinations.length === 1 ? action.destinations[0] : undefined;
  return {
    name: match?.name ? `${http.name}.${match.name}` : http.name,
    match: matchView,
    action: single && action.kind === 'forward' ? { ...action, destinations: [{ ...single, headers: noHeaders }] } : action,
    headers: joinHeaders(translateHeaders(http), single?.headers ?? noHeaders),
    fault: translateFault(http.fault),
    operation: operationName(single?.cluster, { fallback: `${object.metadata.name}:${site.port}`, match: matchView }),
    config: configPath(object, 'virtual-service'),
    quotaSpecs: [],
  };
}

/** `host:port/path` of the only destination, else the name of the virtual service. */
export function operationName(cluster: string | undefined, options: { fallback: string; match: RouteMatchView }): string {
  const { path } = options.match;
  const suffix = 'exact' in path ? path.exact : 'regex' in path ? path.regex : `${path.prefix}*`;
  const key = cluster === undefined ? undefined : parseClusterName(cluster);
  return key ? `${key.hostname}:${key.port}${suffix}` : `${options.fallback}${suffix}`;
}

const redirectCodes: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function redirect(site: RouteSite, { object, http, field }: Source): RouteActionView | undefined {
  if (!http.redirect) return undefined;
  const code = http.redirect.redirectCode || 301;
  if (!redirectCodes.has(code)) {
    site.diagnostics.error('INVALID_FIELD', { object: objectName(object), field: `${field}.redirect.redirectCode` }, `${code} is not one of 301, 302, 303, 307, 308; the route is left out`);
    return undefined;
  }
  return { kind: 'redirect', host: http.redirect.authority, path: http.redirect.uri, code };
}

function forward(site: RouteSite, { object, http, field }: Source): RouteActionView | undefined {
  const destinations: RouteDestinationView[] = [];
  const hashPolicies: HashPolicyView[] = [];
  for (const entry of http.route) {
    if (!entry.destination) continue;
    const weight = entry.weight === 0 && http.route.length === 1 ? 100 : entry.weight;
    if (weight === 0) continue;
    const cluster = destinationCluster(site, entry.destination);
    destinations.push({ cluster, weight, headers: translateHeaders(entry), service: destinationService(site.push, entry.destination.host) });
    const hash = hashPolicy(site.push, site.proxy, { service: site.registry.get(entry.destination.host), port: parseClusterName(cluster)?.port ?? 0, subset: entry.destination.subset });
    if (hash) hashPolicies.push(hash);
  }
  if (destinations.length === 0) {
    site.diagnostics.error('INVALID_FIELD', { object: objectName(object), field: `${field}.route` }, 'no destination with a weight above 0; the route is left out');
    return undefined;
  }
  const mirrorPercent = http.mirrorPercent ?? 100;
  return {
    kind: 'forward', destinations, hashPolicies,
    timeoutMs: durationMs(http.timeout) ?? 0,
    retry: translateRetry(http.retries),
    rewritePath: http.rewrite?.uri ?? '',
    rewriteHost: http.rewrite?.authority ?? '',
    mirror: http.mirror && mirrorPercent > 0 ? { cluster: destinationCluster(site, http.mirror), percent: mirrorPercent } : undefined,
    cors: translateCors(http.corsPolicy),
  };
}

/** Port: the destination's, else the service's only one, else that of the listener. */
export function destinationCluster(site: Pick<RouteSite, 'registry' | 'port'>, destination: Destination): string {
  const ports = site.registry.get(destination.host)?.ports ?? [];
  const only = ports.length === 1 ? ports[0]?.port : undefined;
  return outboundCluster(destination.host, destination.port?.number ?? only ?? site.port, destination.subset);
}

/** The route of a service that no virtual service speaks of. */
export function defaultRoute(push: PushContext, proxy: Proxy, target: { service: Service; port: number }): RouteView {
  const { service, port } = target;
  const hash = hashPolicy(push, proxy, { service, port, subset: '' });
  return plainRoute({
    name: 'default', cluster: outboundCluster(service.hostname, port), timeoutMs: 0, operation: `${service.hostname}:${port}/*`,
    retry: defaultRetry, service: destinationService(push, service.hostname), hashPolicies: hash ? [hash] : [],
  });
}

export function plainRoute(options: {
  name: string; cluster: string; timeoutMs: number | undefined; operation: string;
  retry?: typeof defaultRetry; service: RouteDestinationView['service']; hashPolicies?: readonly HashPolicyView[]; quotaSpecs?: readonly Uint8Array[];
}): RouteView {
  return {
    name: options.name, match: matchAll, headers: noHeaders, fault: undefined, operation: options.operation, config: '', quotaSpecs: options.quotaSpecs ?? [],
    action: {
      kind: 'forward', destinations: [{ cluster: options.cluster, weight: 100, headers: noHeaders, service: options.service }],
      timeoutMs: options.timeoutMs, retry: options.retry, rewritePath: '', rewriteHost: '', mirror: undefined, cors: undefined, hashPolicies: options.hashPolicies ?? [],
    },
  };
}
