// What Istio 1.4.10 sent (v2) in the words of v3. Every rule is one of Envoy's migration or of the project's contract:
// certificates come from the agent over SDS, and Mixer's and the authentication filter are not there to compare.
import { rbac } from './v2-rbac.mjs';
import { prune, rewrite, sortBy } from './plain.mjs';

const names = {
  'envoy.http_connection_manager': 'envoy.filters.network.http_connection_manager',
  'envoy.tcp_proxy': 'envoy.filters.network.tcp_proxy',
  'envoy.mongo_proxy': 'envoy.filters.network.mongo_proxy',
  'envoy.redis_proxy': 'envoy.filters.network.redis_proxy',
  'envoy.router': 'envoy.filters.http.router',
  'envoy.cors': 'envoy.filters.http.cors',
  'envoy.fault': 'envoy.filters.http.fault',
  'envoy.grpc_web': 'envoy.filters.http.grpc_web',
  'envoy.lua': 'envoy.filters.http.lua',
  'envoy.listener.tls_inspector': 'envoy.filters.listener.tls_inspector',
  'envoy.listener.http_inspector': 'envoy.filters.listener.http_inspector',
  'envoy.listener.original_dst': 'envoy.filters.listener.original_dst',
  'envoy.file_access_log': 'envoy.access_loggers.file',
};

const configs = {
  'envoy.filters.http.router': 'envoy.extensions.filters.http.router.v3.Router',
  'envoy.filters.http.cors': 'envoy.extensions.filters.http.cors.v3.Cors',
  'envoy.filters.http.fault': 'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.filters.http.grpc_web': 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb',
  'envoy.filters.http.lua': 'envoy.extensions.filters.http.lua.v3.Lua',
  'envoy.filters.listener.tls_inspector': 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.filters.listener.http_inspector': 'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  'envoy.filters.listener.original_dst': 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst',
  'envoy.filters.network.sni_cluster': 'envoy.extensions.filters.network.sni_cluster.v3.SniCluster',
  'envoy.retry_host_predicates.previous_hosts': 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
};

const types = {
  'envoy.config.filter.network.http_connection_manager.v2.HttpConnectionManager': 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.config.filter.network.tcp_proxy.v2.TcpProxy': 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.config.filter.network.mongo_proxy.v2.MongoProxy': 'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
  'envoy.config.filter.http.fault.v2.HTTPFault': 'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.config.accesslog.v2.FileAccessLog': 'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  'envoy.config.filter.http.rbac.v2.RBAC': 'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.config.filter.network.rbac.v2.RBAC': 'envoy.extensions.filters.network.rbac.v3.RBAC',
  'envoy.config.filter.http.jwt_authn.v2alpha.JwtAuthentication': 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
};

const any = (type, content = {}) => ({ '@type': `type.googleapis.com/${type}`, ...content });
const v3 = { resourceApiVersion: 'V3' };
/** Filters that no stock Envoy has. */
const absent = new Set(['mixer', 'istio_authn']);

/** Renames, types and fields that change wherever they stand. */
export function common(value) {
  return rewrite(value, (object) => {
    const result = { ...object };
    if (typeof result.name === 'string' && names[result.name]) result.name = names[result.name];
    if (typeof result['@type'] === 'string') {
      const type = result['@type'].replace('type.googleapis.com/', '');
      if (types[type]) result['@type'] = `type.googleapis.com/${types[type]}`;
    }
    if (typeof result.name === 'string' && configs[result.name] && !result.typedConfig) {
      result.typedConfig = any(configs[result.name], result.config);
      delete result.config;
    }
    if (result.ads) Object.assign(result, v3);
    return result;
  });
}

export function cluster(source) {
  const { http2ProtocolOptions, protocolSelection, maxRequestsPerConnection, commonHttpProtocolOptions, tlsContext, ...rest } = common(source);
  const result = { ...rest };
  if (tlsContext) result.transportSocket = { name: 'envoy.transport_sockets.tls', typedConfig: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', tls(tlsContext)) };
  const downstream = protocolSelection === 'USE_DOWNSTREAM_PROTOCOL';
  if (http2ProtocolOptions || downstream || maxRequestsPerConnection !== undefined || commonHttpProtocolOptions) {
    const shared = { ...commonHttpProtocolOptions, ...(maxRequestsPerConnection === undefined ? {} : { maxRequestsPerConnection }) };
    result.typedExtensionProtocolOptions = {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
        ...(downstream ? { useDownstreamProtocolConfig: { httpProtocolOptions: {}, http2ProtocolOptions } } : { explicitHttpConfig: http2ProtocolOptions ? { http2ProtocolOptions } : { httpProtocolOptions: {} } }),
        ...(Object.keys(shared).length > 0 ? { commonHttpProtocolOptions: shared } : {}),
      }),
    };
  }
  if (result.loadAssignment) result.loadAssignment = endpoints(result.loadAssignment);
  return prune(result);
}

const sds = (name) => ({ name, sdsConfig: { apiConfigSource: { apiType: 'GRPC', transportApiVersion: 'V3', setNodeOnFirstMessageOnly: true, grpcServices: [{ envoyGrpc: { clusterName: 'sds-grpc', authority: 'pilot-agent' } }] }, ...v3 } });
const san = (name) => ({ sanType: name.includes('://') ? 'URI' : 'DNS', matcher: { exact: name } });

/** The workload's own certificate, a file in 1.4, comes from the agent. */
function tls(context, keepFiles = false) {
  const { commonTlsContext: common = {}, ...rest } = context;
  const { verifySubjectAltName = [], ...validation } = common.validationContext ?? {};
  const names = verifySubjectAltName.length > 0 ? { matchTypedSubjectAltNames: verifySubjectAltName.map(san) } : {};
  if (!keepFiles && common.tlsCertificates?.[0]?.certificateChain?.filename === '/etc/certs/cert-chain.pem') {
    return {
      ...rest,
      commonTlsContext: {
        ...(common.alpnProtocols ? { alpnProtocols: common.alpnProtocols } : {}),
        tlsCertificateSdsSecretConfigs: [sds('default')],
        combinedValidationContext: { defaultValidationContext: names, validationContextSdsSecretConfig: sds('ROOTCA') },
      },
    };
  }
  const { validationContext: _old, ...others } = common;
  const checked = { ...validation, ...names };
  return { ...rest, commonTlsContext: { ...others, ...(Object.keys(checked).length > 0 ? { validationContext: checked } : {}) } };
}

export function endpoints(source) {
  const address = (endpoint) => JSON.stringify(endpoint.endpoint.address);
  return prune({ ...source, endpoints: (source.endpoints ?? []).filter((group) => (group.lbEndpoints ?? []).length > 0).map((group) => ({ ...group, lbEndpoints: sortBy(group.lbEndpoints, address) })) });
}

export function listener(source) {
  const { deprecatedV1, ...rest } = common(source);
  const gateway = rest.trafficDirection === 'OUTBOUND';
  const chains = (rest.filterChains ?? []).map((source) => chain(source, gateway));
  return prune({ ...rest, ...(deprecatedV1 ? { bindToPort: deprecatedV1.bindToPort } : {}), filterChains: distinct(sortBy(chains, JSON.stringify)) });
}

/** Envoy refuses chains that are alike. */
export function distinct(chains) {
  const seen = new Set();
  return chains.filter((chain) => !seen.has(JSON.stringify(chain)) && seen.add(JSON.stringify(chain)));
}

/** A gateway's certificates are the files that the Gateway names; everywhere else they are the workload's. */
function chain(source, gateway) {
  const { tlsContext, filters = [], filterChainMatch, ...rest } = source;
  const match = filterChainMatch && chainMatch(filterChainMatch);
  return prune({
    ...rest,
    ...(match && Object.keys(match).length > 0 ? { filterChainMatch: match } : {}),
    ...(tlsContext ? { transportSocket: { name: 'envoy.transport_sockets.tls', typedConfig: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', tls(tlsContext, gateway)) } } : {}),
    filters: filters.filter(({ name }) => !absent.has(name)).map(networkFilter),
  });
}

/** What the inspector reports for HTTP/2 in clear text is `h2c`; the chains for everything else are kept for clear text. */
function chainMatch(match) {
  const protocols = match.applicationProtocols ?? [];
  const sniffed = protocols.includes('h2') && protocols.includes('http/1.0');
  return { ...match, ...(sniffed ? { applicationProtocols: protocols.map((name) => (name === 'h2' ? 'h2c' : name)), ...(match.prefixRanges ? {} : { transportProtocol: 'raw_buffer' }) } : {}) };
}

function networkFilter(filter) {
  if (!filter.typedConfig) return filter;
  if (filter.name === 'envoy.filters.network.rbac') return rbac(filter);
  const { accessLog = [], ...config } = filter.typedConfig;
  const typedConfig = { ...config, accessLog: accessLog.map(log) };
  if (typedConfig['@type']?.endsWith('.HttpConnectionManager')) return { ...filter, typedConfig: manager(typedConfig) };
  return { ...filter, typedConfig };
}

function log(entry) {
  const { format, jsonFormat, ...rest } = entry.typedConfig;
  const logFormat = jsonFormat ? { jsonFormat } : { textFormatSource: { inlineString: format } };
  return { ...entry, typedConfig: { ...rest, logFormat } };
}

function manager({ tracing, idleTimeout, routeConfig, httpFilters = [], ...rest }) {
  const { operationName: _gone, ...sampling } = tracing ?? {};
  return {
    ...rest,
    ...(tracing ? { tracing: sampling } : {}),
    ...(idleTimeout ? { commonHttpProtocolOptions: { idleTimeout } } : {}),
    ...(routeConfig ? { routeConfig: route(routeConfig) } : {}),
    httpFilters: httpFilters.filter(({ name }) => !absent.has(name)).map((filter) => (filter.name === 'envoy.filters.http.rbac' ? rbac(filter) : filter)),
  };
}

export function route(source) {
  const table = common(source);
  return prune({ ...table, virtualHosts: (table.virtualHosts ?? []).map((host) => ({ ...host, routes: (host.routes ?? []).map(oneRoute) })) });
}

function oneRoute({ route: action, match, typedPerFilterConfig = {}, ...rest }) {
  const { mixer: _mixer, 'envoy.fault': fault, ...others } = typedPerFilterConfig;
  const perFilter = { ...others };
  if (fault) perFilter['envoy.filters.http.fault'] = faultConfig(fault);
  if (action?.cors) perFilter['envoy.filters.http.cors'] = cors(action.cors);
  return {
    ...rest, ...headerOptions(rest),
    match: routeMatch(match),
    ...(action ? { route: routeAction(action) } : {}),
    ...(Object.keys(perFilter).length > 0 ? { typedPerFilterConfig: perFilter } : {}),
  };
}

function faultConfig({ delay, ...rest }) {
  const { type: _type, ...kept } = delay ?? {};
  return { ...rest, ...(delay ? { delay: kept } : {}) };
}

function cors({ allowOrigin = [], ...rest }) {
  return any('envoy.extensions.filters.http.cors.v3.CorsPolicy', { ...rest, allowOriginStringMatch: allowOrigin.map((exact) => ({ exact })) });
}

function regex(matcher) {
  const { engineType: _engine, googleRe2: _re2, ...rest } = matcher;
  return rest;
}

function condition({ exactMatch, prefixMatch, suffixMatch, safeRegexMatch, regexMatch, ...rest }) {
  if (exactMatch !== undefined) return { ...rest, stringMatch: { exact: exactMatch } };
  if (prefixMatch !== undefined) return { ...rest, stringMatch: { prefix: prefixMatch } };
  if (suffixMatch !== undefined) return { ...rest, stringMatch: { suffix: suffixMatch } };
  if (safeRegexMatch) return { ...rest, stringMatch: { safeRegex: regex(safeRegexMatch) } };
  if (regexMatch !== undefined) return { ...rest, stringMatch: { safeRegex: { regex: regexMatch } } };
  return rest;
}

/** A header without any condition asks for presence. */
function header(matcher) {
  const result = condition(matcher);
  return Object.keys(result).length === 1 ? { ...result, presentMatch: true } : result;
}

function query(matcher) {
  const { value, regex: isRegex, stringMatch, ...rest } = matcher;
  if (stringMatch?.safeRegex) return { ...rest, stringMatch: { safeRegex: regex(stringMatch.safeRegex) } };
  if (stringMatch) return { ...rest, stringMatch };
  if (value !== undefined) return { ...rest, stringMatch: isRegex ? { safeRegex: { regex: value } } : { exact: value } };
  return { ...rest, presentMatch: true };
}

function routeMatch({ safeRegex, regex: oldRegex, headers = [], queryParameters = [], ...rest }) {
  return {
    ...rest,
    ...(safeRegex ? { safeRegex: regex(safeRegex) } : {}), ...(oldRegex === undefined ? {} : { safeRegex: { regex: oldRegex } }),
    headers: headers.map(header), queryParameters: queryParameters.map(query),
  };
}

function routeAction({ maxGrpcTimeout, hostRewrite, requestMirrorPolicy, cors: _cors, weightedClusters, ...rest }) {
  return {
    ...rest,
    ...(maxGrpcTimeout === undefined ? {} : { maxStreamDuration: { grpcTimeoutHeaderMax: maxGrpcTimeout } }),
    ...(hostRewrite === undefined ? {} : { hostRewriteLiteral: hostRewrite }),
    ...(requestMirrorPolicy ? { requestMirrorPolicies: [requestMirrorPolicy] } : {}),
    ...(weightedClusters ? { weightedClusters: { clusters: weightedClusters.clusters.map(weight) } } : {}),
  };
}

function weight({ typedPerFilterConfig: _mixer, ...rest }) {
  return { ...rest, ...headerOptions(rest) };
}

function headerOptions({ requestHeadersToAdd, responseHeadersToAdd }) {
  const convert = (list) => list?.map(({ append, ...option }) => (append === false ? { ...option, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' } : option));
  return { requestHeadersToAdd: convert(requestHeadersToAdd), responseHeadersToAdd: convert(responseHeadersToAdd) };
}
