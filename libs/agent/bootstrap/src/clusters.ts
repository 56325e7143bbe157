import { isAddress, pipeAddress, socketAddress } from './addresses.js';
import type { HostPort } from './addresses.js';
import type { Json, JsonObject } from './json.js';

const http2 = (limits: JsonObject = {}): JsonObject => ({
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicit_http_config: { http2_protocol_options: limits },
  },
});

const unlimited = 100_000;
const circuitBreakers = (priorities: readonly string[]): JsonObject => ({
  thresholds: priorities.map((priority) => ({ priority, max_connections: unlimited, max_pending_requests: unlimited, max_requests: unlimited })),
});

function endpoint(cluster: string, address: JsonObject): JsonObject {
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
}

/** 1.4's STRICT_DNS in its current form; an address needs no resolver. */
function resolution(host: string, refreshRate: string): JsonObject {
  if (isAddress(host)) return { type: 'STATIC' };
  return {
    cluster_type: {
      name: 'envoy.cluster.dns',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster', dns_refresh_rate: refreshRate, dns_lookup_family: 'V4_ONLY' },
    },
  };
}

export interface XdsClusterOptions {
  readonly discovery: HostPort;
  /** Seconds, as Envoy reads durations: `1s`. */
  readonly connectTimeout: string;
  readonly dnsRefreshRate: string;
  /** Present for mutual TLS with Pilot, with the workload's certificate over SDS. */
  readonly pilotSan?: string | undefined;
}

/** ADS to Pilot. Sharp keepalive: a dead Pilot is noticed without waiting for TCP. */
export function xdsCluster({ discovery, connectTimeout, dnsRefreshRate, pilotSan }: XdsClusterOptions): JsonObject {
  return {
    name: 'xds-grpc',
    ...resolution(discovery.host, dnsRefreshRate),
    connect_timeout: connectTimeout,
    lb_policy: 'ROUND_ROBIN',
    load_assignment: endpoint('xds-grpc', socketAddress(discovery)),
    circuit_breakers: circuitBreakers(['DEFAULT', 'HIGH']),
    upstream_connection_options: { tcp_keepalive: { keepalive_time: 300 } },
    typed_extension_protocol_options: http2({ connection_keepalive: { interval: '30s', timeout: '5s' } }),
    ...(pilotSan !== undefined && { transport_socket: pilotTls(pilotSan) }),
  };
}

function pilotTls(san: string): JsonObject {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      common_tls_context: {
        alpn_protocols: ['h2'],
        tls_certificate_sds_secret_configs: [sdsSecret('default')],
        combined_validation_context: {
          default_validation_context: { match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: san } }] },
          validation_context_sds_secret_config: sdsSecret('ROOTCA'),
        },
      },
    },
  };
}

function sdsSecret(name: string): JsonObject {
  const grpcServices: Json = [{ envoy_grpc: { cluster_name: 'sds-grpc', authority: 'pilot-agent' } }];
  return { name, sds_config: { resource_api_version: 'V3', api_config_source: { api_type: 'GRPC', transport_api_version: 'V3', grpc_services: grpcServices }, initial_fetch_timeout: '0s' } };
}

/** A service of the agent on its Unix socket: `sds-grpc`, or `mixer-agent` (ext_authz and access logs). */
export function agentCluster(name: 'sds-grpc' | 'mixer-agent', socketPath: string): JsonObject {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    lb_policy: 'ROUND_ROBIN',
    load_assignment: endpoint(name, pipeAddress(socketPath)),
    circuit_breakers: circuitBreakers(['DEFAULT', 'HIGH']),
    typed_extension_protocol_options: http2(),
  };
}

/** Envoy's own admin server, for the Prometheus listener. */
export function prometheusStatsCluster(admin: HostPort): JsonObject {
  return { name: 'prometheus_stats', type: 'STATIC', connect_timeout: '0.250s', lb_policy: 'ROUND_ROBIN', load_assignment: endpoint('prometheus_stats', socketAddress(admin)) };
}

export function zipkinCluster(address: HostPort): JsonObject {
  return { name: 'zipkin', ...resolution(address.host, '300s'), connect_timeout: '1s', lb_policy: 'ROUND_ROBIN', load_assignment: endpoint('zipkin', socketAddress(address)) };
}
