import type { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import type { Route, VirtualHost } from '@quartet/api/envoy/config/route/v3/route_components';
import { RE2JS } from 're2js';
import type { Diagnostics } from '../diagnostics.js';

/** Headers that Envoy refuses to see changed by header operations. */
const untouchable = /^(host|:.*)$/i;

/** A table that Envoy takes: each domain once, regular expressions that compile, header operations that are allowed, weights above 0. */
export function proveRoutes(table: RouteConfiguration, diagnostics: Diagnostics): RouteConfiguration {
  const taken = new Set<string>();
  const names = new Set<string>();
  const virtualHosts = table.virtualHosts.flatMap((host): VirtualHost[] => {
    const domains = host.domains.filter((domain) => !taken.has(domain.toLowerCase()) && taken.add(domain.toLowerCase()));
    if (domains.length < host.domains.length || names.has(host.name)) {
      diagnostics.warn('DUPLICATE_DOMAIN', { object: table.name, field: host.name }, 'another virtual host has some of its domains; they are left to that one');
    }
    if (domains.length === 0 || names.has(host.name)) return [];
    names.add(host.name);
    return [{ ...host, domains, routes: host.routes.flatMap((route) => proveRoute(route, { object: originOf(route) ?? table.name, host: host.name, diagnostics })) }];
  });
  return { ...table, virtualHosts };
}

interface Site {
  /** The virtual service that the route was made of; the table's name where there is none. */
  readonly object: string;
  readonly host: string;
  readonly diagnostics: Diagnostics;
}

function proveRoute(route: Route, site: Site): Route[] {
  const field = `${site.host}${route.name === '' ? '' : `/${route.name}`}`;
  const broken = [...patterns(route)].find((pattern) => !compiles(pattern));
  if (broken !== undefined) {
    site.diagnostics.error('INVALID_FIELD', { object: site.object, field }, `${JSON.stringify(broken)} is no RE2 expression; the route is left out`);
    return [];
  }
  if (!route.route && !route.redirect && !route.directResponse && !route.filterAction && !route.nonForwardingAction) {
    site.diagnostics.error('INVALID_FIELD', { object: site.object, field }, 'the route does nothing; it is left out');
    return [];
  }
  const weights = route.route?.weightedClusters?.clusters;
  if (weights && weights.every(({ weight }) => !weight)) {
    site.diagnostics.error('INVALID_FIELD', { object: site.object, field }, 'the weights add up to 0; the route is left out');
    return [];
  }
  return [withAllowedHeaders(route, field, site)];
}

/** `VirtualService namespace/name` of `metadata.istio.config`, the path of the object in the Kubernetes API. */
function originOf({ metadata }: Route): string | undefined {
  const path = String((metadata?.filterMetadata['istio'] as { config?: unknown } | undefined)?.config ?? '');
  const match = /\/namespaces\/([^/]*)\/virtual-?services?\/([^/]+)$/.exec(path);
  return match ? `VirtualService ${match[1]}/${match[2]}` : undefined;
}

function* patterns({ match }: Route): Generator<string> {
  if (match?.safeRegex) yield match.safeRegex.regex;
  for (const condition of [...(match?.headers ?? []), ...(match?.queryParameters ?? [])]) if (condition.stringMatch?.safeRegex) yield condition.stringMatch.safeRegex.regex;
}

function compiles(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

/** `Host` and pseudo headers can't be set or removed: a set of the host becomes a rewrite of it. */
function withAllowedHeaders(route: Route, field: string, site: Site): Route {
  const host = route.requestHeadersToAdd.find(({ header }) => /^(host|:authority)$/i.test(header?.key ?? ''))?.header?.value;
  const add = route.requestHeadersToAdd.filter(({ header }) => !untouchable.test(header?.key ?? ''));
  const remove = route.requestHeadersToRemove.filter((name) => !untouchable.test(name));
  const dropped = route.requestHeadersToAdd.length - add.length + route.requestHeadersToRemove.length - remove.length;
  if (dropped === 0) return route;
  const rewrites = host !== undefined && route.route !== undefined && route.route.hostRewriteLiteral === undefined;
  site.diagnostics.warn('INVALID_FIELD', { object: site.object, field }, `header operations on Host or pseudo headers are not allowed${rewrites ? '; the host is rewritten instead' : ' and left out'}`);
  const action = rewrites && route.route ? { ...route.route, hostRewriteLiteral: host } : route.route;
  return { ...route, requestHeadersToAdd: add, requestHeadersToRemove: remove, route: action };
}
