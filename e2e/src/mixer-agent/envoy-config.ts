/**
 * Envoy's configuration as Pilot writes it where Mixer is concerned, for two hops in one Envoy: client -> `outbound`
 * listener -> `inbound` listener -> application, and a TCP listener of each kind. Loopback addresses under 127.77.250.
 */
export const addresses = { outbound: '127.77.250.2', inbound: '127.77.250.1', httpPort: 9080, checkedTcpPort: 9000, tcpPort: 9001, adminPort: 15000 } as const;

export interface EnvoyConfigParts {
  readonly agentSocket: string;
  readonly httpPort: number;
  readonly echoPort: number;
  /** Base64 for `x-istio-attributes` of the outbound route. */
  readonly forwarded: string;
  /** Base64 for `x-mixer-attributes` of the checked TCP listener. */
  readonly tcpAttributes: string;
}

type Json = Record<string, unknown>;

const type = (name: string): { '@type': string } => ({ '@type': `type.googleapis.com/${name}` });
const socket = (address: string, port: number): Json => ({ socket_address: { address, port_value: port } });
const agent = (extra: Json = {}): Json => ({ envoy_grpc: { cluster_name: 'mixer-agent', authority: 'pilot-agent' }, timeout: '6s', ...extra });

const outboundCluster = 'outbound|9080||svc.ns1.svc.cluster.local';
const outboundStatic = { 'context.reporter.kind': 'outbound', 'context.reporter.uid': 'kubernetes://pod2.ns2', 'context.proxy_version': '1.4.10', 'source.uid': 'kubernetes://pod2.ns2', 'source.namespace': 'ns2' };
const inboundStatic = { 'context.reporter.kind': 'inbound', 'context.reporter.uid': 'kubernetes://pod1.ns1', 'context.proxy_version': '1.4.10', 'destination.uid': 'kubernetes://pod1.ns1', 'destination.namespace': 'ns1', 'destination.ip': addresses.inbound, 'destination.port': '9080' };
const service = { 'destination.service.host': 'svc.ns1.svc.cluster.local', 'destination.service.name': 'svc', 'destination.service.namespace': 'ns1', 'destination.service.uid': 'istio://ns1/services/svc' };

const listenerTags = [...new Set([...Object.keys(outboundStatic), ...Object.keys(inboundStatic), 'mixer.check'])].map((tag) => ({ tag, value: `%METADATA(LISTENER:istio.mixer:${tag})%` }));
const metadataTag = (tag: string, kind: string, key: string, path: string): Json => ({ tag, metadata: { kind: { [kind]: {} }, metadata_key: { key, path: [{ key: path }] } } });
const customTags = [...listenerTags, ...Object.keys(service).map((tag) => metadataTag(tag, 'route', 'istio.mixer', tag)), metadataTag('destination.uid', 'host', 'istio', 'uid')];
const commonLog = { log_name: 'mixer', grpc_service: agent(), transport_api_version: 'V3', buffer_flush_interval: '0.25s', buffer_size_bytes: 65_536, custom_tags: customTags };

const httpLog = {
  name: 'envoy.access_loggers.http_grpc',
  typed_config: {
    ...type('envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig'), common_config: commonLog,
    additional_request_headers_to_log: ['user-agent', 'content-type', ':method'], additional_response_headers_to_log: ['content-type'],
  },
};
const tcpLog = { name: 'envoy.access_loggers.tcp_grpc', typed_config: { ...type('envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig'), common_config: commonLog } };

const httpFilters = [
  { name: 'envoy.filters.http.header_to_metadata', typed_config: { ...type('envoy.extensions.filters.http.header_to_metadata.v3.Config'), request_rules: [{ header: 'x-istio-attributes', on_header_present: { metadata_namespace: 'istio.mixer', key: 'forwarded' }, remove: true }] } },
  { name: 'envoy.filters.http.ext_authz', typed_config: { ...type('envoy.extensions.filters.http.ext_authz.v3.ExtAuthz'), transport_api_version: 'V3', grpc_service: agent(), metadata_context_namespaces: ['istio.mixer'], include_tls_session: true, clear_route_cache: true } },
  { name: 'envoy.filters.http.router', typed_config: type('envoy.extensions.filters.http.router.v3.Router') },
];

const perRoute = (context_extensions: Json): Json => ({ 'envoy.filters.http.ext_authz': { ...type('envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute'), check_settings: { context_extensions } } });

function httpListener(address: string, attributes: Json, route: Json): Json {
  const routes = [{ match: { prefix: '/' }, metadata: { filter_metadata: { 'istio.mixer': service } }, typed_per_filter_config: perRoute(service), ...route }];
  const virtualHost = { name: 'all', domains: ['*'], typed_per_filter_config: perRoute({ ...attributes, 'mixer.network_fail_policy': 'FAIL_CLOSE' }), routes };
  const manager = { ...type('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'), stat_prefix: 'http', access_log: [httpLog], route_config: { virtual_hosts: [virtualHost] }, http_filters: httpFilters };
  return listener(address, addresses.httpPort, attributes, [{ name: 'http', typed_config: manager }]);
}

function tcpListener(port: number, authz: readonly Json[]): Json {
  const attributes = { 'context.reporter.kind': 'inbound', 'context.reporter.uid': 'kubernetes://pod1.ns1', 'destination.uid': 'kubernetes://pod1.ns1', 'mixer.check': String(authz.length > 0) };
  const proxy = { ...type('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'), stat_prefix: 'tcp', cluster: 'echo', access_log: [tcpLog], access_log_options: { access_log_flush_interval: '10s', flush_access_log_on_connected: true } };
  return listener(addresses.inbound, port, attributes, [...authz, { name: 'tcp', typed_config: proxy }]);
}

function tcpAuthz(attributes: string): Json {
  const initial_metadata = [{ key: 'x-mixer-attributes', value: attributes }, { key: 'x-mixer-fail-policy', value: 'FAIL_CLOSE' }, { key: 'x-mixer-connection-id', value: '%STREAM_ID%' }];
  return { name: 'envoy.filters.network.ext_authz', typed_config: { ...type('envoy.extensions.filters.network.ext_authz.v3.ExtAuthz'), stat_prefix: 'mixer', transport_api_version: 'V3', grpc_service: agent({ initial_metadata }) } };
}

function listener(address: string, port: number, attributes: Json, filters: readonly Json[]): Json {
  return { name: `${address}_${port}`, address: socket(address, port), metadata: { filter_metadata: { 'istio.mixer': attributes } }, filter_chains: [{ filters }] };
}

function cluster(name: string, address: Json, extra: Json = {}): Json {
  const { metadata, ...rest } = extra;
  return { name, type: 'STATIC', connect_timeout: '1s', load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address }, ...(metadata ? { metadata } : {}) }] }] }, ...rest };
}

export function envoyConfig(parts: EnvoyConfigParts): Json {
  const forward = { request_headers_to_add: [{ header: { key: 'x-istio-attributes', value: parts.forwarded }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }] };
  const http2 = { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': { ...type('envoy.extensions.upstreams.http.v3.HttpProtocolOptions'), explicit_http_config: { http2_protocol_options: {} } } };
  return {
    node: { id: 'sidecar~127.77.250.1~pod1.ns1~ns1.svc.cluster.local', cluster: 'test' },
    admin: { address: socket(addresses.inbound, addresses.adminPort) },
    static_resources: {
      listeners: [
        httpListener(addresses.outbound, outboundStatic, { route: { cluster: outboundCluster }, ...forward }),
        httpListener(addresses.inbound, inboundStatic, { route: { cluster: 'application' } }),
        tcpListener(addresses.checkedTcpPort, [tcpAuthz(parts.tcpAttributes)]),
        tcpListener(addresses.tcpPort, []),
      ],
      clusters: [
        cluster(outboundCluster, socket(addresses.inbound, addresses.httpPort), { metadata: { filter_metadata: { istio: { uid: 'kubernetes://pod1.ns1' } } } }),
        cluster('application', socket('127.0.0.1', parts.httpPort)),
        cluster('echo', socket('127.0.0.1', parts.echoPort)),
        cluster('mixer-agent', { pipe: { path: parts.agentSocket } }, { typed_extension_protocol_options: http2 }),
      ],
    },
  };
}
