// Our resources as they are compared: without what only the project has (the agent's checks, logs and attributes).
import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import { prune, rewrite, sortBy, toPlain } from './plain.mjs';
import { distinct, endpoints as sortedEndpoints } from './v2.mjs';

const ours = new Set(['envoy.filters.http.header_to_metadata', 'envoy.filters.http.ext_authz', 'envoy.filters.network.ext_authz']);
const logs = new Set(['envoy.access_loggers.http_grpc', 'envoy.access_loggers.tcp_grpc']);

function strip(value) {
  return rewrite(value, (object) => {
    const { internalAddressConfig: _internal, ...result } = object;
    if (result.filterMetadata) delete result.filterMetadata['istio.mixer'];
    if (result.metadata?.filterMetadata && Object.keys(result.metadata.filterMetadata).length === 0) delete result.metadata;
    if (result.typedPerFilterConfig) delete result.typedPerFilterConfig['envoy.filters.http.ext_authz'];
    if (result.typedPerFilterConfig && Object.keys(result.typedPerFilterConfig).length === 0) delete result.typedPerFilterConfig;
    if (result.accessLog) result.accessLog = result.accessLog.filter(({ name, typedConfig }) => !(logs.has(name) && typedConfig.commonConfig?.logName === 'mixer'));
    if (result.accessLogOptions) delete result.accessLogOptions;
    if (result.httpFilters) result.httpFilters = result.httpFilters.filter(({ name }) => !ours.has(name));
    if (result.filters) result.filters = result.filters.filter(({ name }) => !ours.has(name));
    if (result.requestHeadersToAdd) result.requestHeadersToAdd = result.requestHeadersToAdd.filter(({ header }) => header.key !== 'x-istio-attributes');
    return result;
  });
}

export const cluster = (message) => {
  const plain = toPlain('envoy.config.cluster.v3.Cluster', Cluster, message);
  if (plain.loadAssignment) plain.loadAssignment = sortedEndpoints(plain.loadAssignment);
  return prune(plain);
};

export const endpoints = (message) => sortedEndpoints(toPlain('envoy.config.endpoint.v3.ClusterLoadAssignment', ClusterLoadAssignment, message));

export function listener(message) {
  const { defaultFilterChain, ...plain } = strip(toPlain('envoy.config.listener.v3.Listener', Listener, message));
  const chains = [...(plain.filterChains ?? []), ...(defaultFilterChain ? [defaultFilterChain] : [])].map(prune).map(withoutEmptyMatch);
  return prune({ ...plain, filterChains: distinct(sortBy(chains, JSON.stringify)) });
}

/** A condition that matches everything is none. */
function withoutEmptyMatch({ filterChainMatch, ...chain }) {
  return filterChainMatch && Object.keys(filterChainMatch).length > 0 ? prune({ ...chain, filterChainMatch }) : chain;
}

export const route = (message) => prune(strip(toPlain('envoy.config.route.v3.RouteConfiguration', RouteConfiguration, message)));
