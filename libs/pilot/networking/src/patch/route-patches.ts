import { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import { Route, VirtualHost } from '@quartet/api/envoy/config/route/v3/route_components';
import { EnvoyFilter_RouteConfigurationMatch_RouteMatch_Action as RouteActionMatch } from '@quartet/api/istio/networking/v1alpha3/envoy_filter';
import type { Diagnostics } from '../diagnostics.js';
import type { RouteTableView } from '../view/route-view.js';
import { mergeValue, messageFromValue, type MessageType } from './message.js';
import { ApplyTo, attempt, fitsContext, Operation, patchesOf, type PatchSet, type SelectedPatch } from './selection.js';

const tableType: MessageType<RouteConfiguration> = { name: 'envoy.config.route.v3.RouteConfiguration', codec: RouteConfiguration };
const hostType: MessageType<VirtualHost> = { name: 'envoy.config.route.v3.VirtualHost', codec: VirtualHost };
const routeType: MessageType<Route> = { name: 'envoy.config.route.v3.Route', codec: Route };

export function patchRoutes(table: RouteConfiguration, set: PatchSet, site: { patch: RouteTableView['patch']; diagnostics: Diagnostics }): RouteConfiguration {
  const { diagnostics } = site;
  const fitting = set.filter((patch) => fitsContext(patch, site.patch.context) && fitsTable(patch, table.name, site.patch));
  if (fitting.length === 0) return table;
  let result = table;
  for (const patch of patchesOf(fitting, ApplyTo.ROUTE_CONFIGURATION, Operation.MERGE)) {
    const current = result;
    result = attempt(patch, current, { diagnostics, apply: () => mergeValue(tableType, current, patch.value) });
  }
  let hosts = result.virtualHosts;
  for (const patch of patchesOf(fitting, ApplyTo.VIRTUAL_HOST, Operation.MERGE, Operation.REMOVE)) {
    hosts = hosts.flatMap((host) => {
      if (!fitsHost(patch, host)) return [host];
      return patch.operation === Operation.REMOVE ? [] : [attempt(patch, host, { diagnostics, apply: () => mergeValue(hostType, host, patch.value) })];
    });
  }
  hosts = hosts.map((host) => ({ ...host, routes: patchHostRoutes(host, fitting, diagnostics) }));
  for (const patch of patchesOf(fitting, ApplyTo.VIRTUAL_HOST, Operation.ADD)) {
    hosts = attempt(patch, hosts, { diagnostics, apply: () => [...hosts, messageFromValue(hostType, patch.value)] });
  }
  return { ...result, virtualHosts: hosts };
}

function patchHostRoutes(host: VirtualHost, set: PatchSet, diagnostics: Diagnostics): Route[] {
  let routes = host.routes;
  for (const patch of patchesOf(set, ApplyTo.HTTP_ROUTE, Operation.MERGE, Operation.REMOVE)) {
    if (!fitsHost(patch, host)) continue;
    routes = routes.flatMap((route) => {
      if (!fitsRoute(patch, route)) return [route];
      return patch.operation === Operation.REMOVE ? [] : [attempt(patch, route, { diagnostics, apply: () => mergeValue(routeType, route, patch.value) })];
    });
  }
  for (const patch of patchesOf(set, ApplyTo.HTTP_ROUTE, Operation.ADD)) {
    if (fitsHost(patch, host)) routes = attempt(patch, routes, { diagnostics, apply: () => [...routes, messageFromValue(routeType, patch.value)] });
  }
  return routes;
}

function fitsTable(patch: SelectedPatch, name: string, facts: RouteTableView['patch']): boolean {
  const match = patch.match?.routeConfiguration;
  if (!match) return true;
  if (match.name !== '' && match.name !== name) return false;
  if (match.portNumber !== 0 && match.portNumber !== facts.port) return false;
  if (facts.context !== 'GATEWAY') return true;
  return (match.portName === '' || match.portName === facts.portName) && (match.gateway === '' || match.gateway === facts.gateway);
}

function fitsHost(patch: SelectedPatch, host: VirtualHost): boolean {
  const name = patch.match?.routeConfiguration?.vhost?.name ?? '';
  return name === '' || name === host.name;
}

function fitsRoute(patch: SelectedPatch, route: Route): boolean {
  const match = patch.match?.routeConfiguration?.vhost?.route;
  if (!match) return true;
  if (match.name !== '' && match.name !== route.name) return false;
  switch (match.action) {
    case RouteActionMatch.ROUTE:
      return route.route !== undefined;
    case RouteActionMatch.REDIRECT:
      return route.redirect !== undefined;
    case RouteActionMatch.DIRECT_RESPONSE:
      return route.directResponse !== undefined;
    default:
      return true;
  }
}
