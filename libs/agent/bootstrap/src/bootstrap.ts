import { socketAddress } from './addresses.js';
import type { HostPort } from './addresses.js';
import { agentCluster, prometheusStatsCluster, xdsCluster, zipkinCluster } from './clusters.js';
import type { JsonObject } from './json.js';
import { locality, nodeId } from './node.js';
import type { NodeIdentity } from './node.js';
import { prometheusListener } from './prometheus-listener.js';
import { statsConfig, statsInclusion } from './stats.js';

export interface BootstrapOptions {
  readonly node: NodeIdentity;
  /** See nodeMetadata. */
  readonly metadata: JsonObject;
  /** `--service-cluster`. */
  readonly serviceCluster: string;
  readonly discovery: HostPort;
  /** Envoy durations: `10s`. */
  readonly connectTimeout: string;
  readonly dnsRefreshRate: string;
  readonly pilotSan?: string | undefined;
  readonly admin: HostPort;
  /** The agent's Unix socket: SDS, ext_authz, access logs. */
  readonly agentSocket: string;
  /** Absent: no such listener. */
  readonly prometheus?: HostPort | undefined;
  readonly zipkin?: HostPort | undefined;
}

/**
 * Envoy's v3 bootstrap as a JSON object: what Istio 1.4's template says, in the forms that a current Envoy takes, plus the two
 * clusters of the agent's socket.
 */
export function buildBootstrap(options: BootstrapOptions): JsonObject {
  const { node, metadata, admin, agentSocket, prometheus, zipkin } = options;
  const place = locality(typeof metadata['istio-locality'] === 'string' ? metadata['istio-locality'] : '');
  return {
    node: { id: nodeId(node), cluster: options.serviceCluster, ...(Object.keys(place).length > 0 && { locality: place }), metadata },
    admin: { address: socketAddress(admin) },
    stats_config: statsConfig(statsInclusion(metadata), node.ips),
    dynamic_resources: dynamicResources(),
    static_resources: {
      clusters: [
        prometheusStatsCluster(admin),
        xdsCluster(options),
        agentCluster('sds-grpc', agentSocket),
        agentCluster('mixer-agent', agentSocket),
        ...(zipkin ? [zipkinCluster(zipkin)] : []),
      ],
      listeners: prometheus ? [prometheusListener(prometheus)] : [],
    },
    ...(zipkin && { tracing: zipkinTracing() }),
  };
}

/** After a loss the stream is tried again within 5 s at most: Envoy's own back-off grows to 30. */
const reconnect = { retry_back_off: { base_interval: '0.250s', max_interval: '5s' } };

function dynamicResources(): JsonObject {
  const overAds = { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' };
  return {
    lds_config: overAds,
    cds_config: overAds,
    ads_config: {
      api_type: 'GRPC',
      transport_api_version: 'V3',
      set_node_on_first_message_only: true,
      grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc', retry_policy: reconnect } }],
    },
  };
}

function zipkinTracing(): JsonObject {
  return {
    http: {
      name: 'envoy.tracers.zipkin',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
        collector_cluster: 'zipkin',
        collector_endpoint: '/api/v2/spans',
        collector_endpoint_version: 'HTTP_JSON',
        trace_id_128bit: true,
        shared_span_context: false,
      },
    },
  };
}
