import { HeaderValueOption_HeaderAppendAction as AppendAction, type HeaderValueOption } from '@quartet/api/envoy/config/core/v3/base';
import { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import {
  RedirectAction_RedirectResponseCode as RedirectCode, Route, RouteAction, RouteAction_HashPolicy, RouteMatch, VirtualHost, VirtualHost_TlsRequirementType, WeightedCluster_ClusterWeight,
} from '@quartet/api/envoy/config/route/v3/route_components';
import { durationFromMs } from '@quartet/model';
import { destinationAttributes } from '../view/mixer.js';
import type { MixerHttpView } from '../view/mixer-view.js';
import type { DestinationServiceView, HashPolicyView, HeaderOperationsView, RouteActionView, RouteDestinationView, RouteMatchView, RouteTableView, RouteView, VirtualHostView } from '../view/route-view.js';
import { istioConfig } from './metadata.js';
import { attributeMetadata, destinationContext, forwardHeaders, virtualHostContext } from './mixer.js';
import { peerRequestHeaders, peerResponseHeaders } from './peer-metadata.js';
import { rateLimitActions } from './rate-limit.js';
import { corsPerRoute, faultPerRoute, retryPolicy } from './route-features.js';
import { headerMatcher, queryMatcher } from './string-match.js';

/** What a table's listeners add to its routes. */
type Carriers = Pick<RouteTableView, 'mixer' | 'telemetry' | 'rateLimits'>;

const carried = ({ mixer, telemetry }: Carriers, service: DestinationServiceView | undefined): HeaderValueOption[] => [...forwardHeaders(mixer, service), ...peerRequestHeaders(telemetry, service)];

type Forward = Extract<RouteActionView, { kind: 'forward' }>;

export function buildRouteConfiguration(view: RouteTableView): RouteConfiguration {
  return RouteConfiguration.fromPartial({
    name: view.name,
    validateClusters: false,
    virtualHosts: view.virtualHosts.map((host) => virtualHost(host, view)),
  });
}

function virtualHost(view: VirtualHostView, carriers: Carriers): VirtualHost {
  return VirtualHost.fromPartial({
    name: view.name,
    domains: [...view.domains],
    requireTls: view.requireTls ? VirtualHost_TlsRequirementType.ALL : VirtualHost_TlsRequirementType.NONE,
    typedPerFilterConfig: virtualHostContext(carriers.mixer),
    rateLimits: rateLimitActions(carriers.rateLimits ?? []),
    routes: view.routes.map((route) => buildRoute(route, carriers)),
  });
}

function buildRoute(view: RouteView, carriers: Carriers): Route {
  const { mixer } = carriers;
  const forward = view.action.kind === 'forward' ? view.action : undefined;
  const single = forward?.destinations.length === 1 ? forward.destinations[0] : undefined;
  const headers = headerOperations(view.headers);
  return Route.fromPartial({
    name: view.name,
    match: routeMatch(view.match),
    metadata: metadata(view, mixer),
    decorator: view.operation === '' ? undefined : { operation: view.operation },
    ...action(view, carriers),
    ...headers,
    requestHeadersToAdd: [...headers.requestHeadersToAdd, ...(single ? carried(carriers, single.service) : [])],
    responseHeadersToAdd: [...headers.responseHeadersToAdd, ...peerResponseHeaders(carriers.telemetry)],
    typedPerFilterConfig: {
      ...(view.fault ? faultPerRoute(view.fault) : {}),
      ...(forward?.cors ? corsPerRoute(forward.cors) : {}),
      ...destinationContext(mixer, single?.service, view.quotaSpecs),
    },
  });
}

/** Attributes of the destination as far as all destinations of the route share them. */
function metadata(view: RouteView, mixer: MixerHttpView | undefined): Route['metadata'] {
  const services = view.action.kind === 'forward' ? view.action.destinations.map(({ service }) => JSON.stringify(service ? destinationAttributes(service) : {})) : [];
  const shared = mixer && services.length > 0 && services.every((service) => service === services[0]) ? services[0] : undefined;
  const filterMetadata = { ...istioConfig(view.config)?.filterMetadata, ...(shared === undefined ? {} : attributeMetadata(JSON.parse(shared) as Record<string, string>)) };
  return Object.keys(filterMetadata).length > 0 ? { filterMetadata, typedFilterMetadata: {} } : undefined;
}

function routeMatch(view: RouteMatchView): RouteMatch {
  const path = 'exact' in view.path ? { path: view.path.exact } : 'regex' in view.path ? { safeRegex: { regex: view.path.regex } } : { prefix: view.path.prefix };
  return RouteMatch.fromPartial({
    ...path, caseSensitive: view.caseSensitive,
    headers: view.headers.map(headerMatcher), queryParameters: view.queryParams.map(queryMatcher),
  });
}

function headerOperations(view: HeaderOperationsView) {
  const option = (appendAction: AppendAction) => ([key, value]: readonly [string, string]): HeaderValueOption => ({
    header: { key, value, rawValue: Buffer.alloc(0) }, appendAction, keepEmptyValue: false,
  });
  return {
    requestHeadersToAdd: [...view.requestSet.map(option(AppendAction.OVERWRITE_IF_EXISTS_OR_ADD)), ...view.requestAdd.map(option(AppendAction.APPEND_IF_EXISTS_OR_ADD))],
    requestHeadersToRemove: [...view.requestRemove],
    responseHeadersToAdd: [...view.responseSet.map(option(AppendAction.OVERWRITE_IF_EXISTS_OR_ADD)), ...view.responseAdd.map(option(AppendAction.APPEND_IF_EXISTS_OR_ADD))],
    responseHeadersToRemove: [...view.responseRemove],
  };
}

const redirectCodes: Readonly<Record<number, RedirectCode>> = {
  301: RedirectCode.MOVED_PERMANENTLY, 302: RedirectCode.FOUND, 303: RedirectCode.SEE_OTHER, 307: RedirectCode.TEMPORARY_REDIRECT, 308: RedirectCode.PERMANENT_REDIRECT,
};

function action(view: RouteView, carriers: Carriers): Partial<Route> {
  switch (view.action.kind) {
    case 'redirect':
      return { redirect: { hostRedirect: view.action.host, pathRedirect: view.action.path, responseCode: redirectCodes[view.action.code] ?? RedirectCode.MOVED_PERMANENTLY, portRedirect: 0, stripQuery: false } };
    case 'respond':
      return { directResponse: { status: view.action.status } };
    default:
      return { route: routeAction(view.action, carriers) };
  }
}

function routeAction(view: Forward, carriers: Carriers): RouteAction {
  const [first] = view.destinations;
  const target = view.destinations.length === 1 && first ? { cluster: first.cluster } : { weightedClusters: { clusters: view.destinations.map((destination) => weighted(destination, carriers)) } };
  return RouteAction.fromPartial({
    ...target,
    timeout: view.timeoutMs === undefined ? undefined : durationFromMs(view.timeoutMs),
    // What a gRPC client asks for with grpc-timeout may not exceed the route's; 0 lets it be.
    maxStreamDuration: view.timeoutMs === undefined ? undefined : { grpcTimeoutHeaderMax: durationFromMs(view.timeoutMs) },
    retryPolicy: view.retry && retryPolicy(view.retry),
    prefixRewrite: view.rewritePath,
    hostRewriteLiteral: view.rewriteHost === '' ? undefined : view.rewriteHost,
    requestMirrorPolicies: view.mirror ? [{ cluster: view.mirror.cluster, runtimeFraction: { defaultValue: { numerator: view.mirror.percent, denominator: 0 } } }] : [],
    hashPolicy: view.hashPolicies.map(hashPolicy),
  });
}

function weighted(view: RouteDestinationView, carriers: Carriers): WeightedCluster_ClusterWeight {
  const headers = headerOperations(view.headers);
  return WeightedCluster_ClusterWeight.fromPartial({
    name: view.cluster, weight: view.weight, ...headers,
    requestHeadersToAdd: [...headers.requestHeadersToAdd, ...carried(carriers, view.service)],
    typedPerFilterConfig: destinationContext(carriers.mixer, view.service, []),
  });
}

function hashPolicy(view: HashPolicyView): RouteAction_HashPolicy {
  if ('header' in view) return RouteAction_HashPolicy.fromPartial({ header: { headerName: view.header } });
  if ('sourceIp' in view) return RouteAction_HashPolicy.fromPartial({ connectionProperties: { sourceIp: true } });
  const { name, path, ttlMs } = view.cookie;
  return RouteAction_HashPolicy.fromPartial({ cookie: { name, path, ttl: ttlMs === undefined ? undefined : durationFromMs(ttlMs) } });
}
