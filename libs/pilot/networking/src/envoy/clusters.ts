import { CircuitBreakers_Thresholds } from '@quartet/api/envoy/config/cluster/v3/circuit_breaker';
import {
  Cluster, Cluster_CommonLbConfig, Cluster_DiscoveryType as DiscoveryType, Cluster_DnsLookupFamily, Cluster_LbPolicy as LbPolicy,
} from '@quartet/api/envoy/config/cluster/v3/cluster';
import { OutlierDetection } from '@quartet/api/envoy/config/cluster/v3/outlier_detection';
import { HttpProtocolOptions } from '@quartet/api/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { RawBuffer } from '@quartet/api/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import { durationFromMs } from '@quartet/model';
import type { ClusterView } from '../view/cluster-view.js';
import { packAny } from './any.js';
import { ads } from './config-source.js';
import { loadAssignment } from './endpoints.js';
import { istioMetadata } from './metadata.js';
import { upstreamTls } from './tls.js';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

export function buildCluster(view: ClusterView): Cluster {
  return Cluster.fromPartial({
    name: view.name,
    altStatName: view.statName,
    connectTimeout: durationFromMs(view.connectTimeoutMs),
    ...discovery(view),
    ...loadBalancer(view),
    circuitBreakers: view.limits && { thresholds: [CircuitBreakers_Thresholds.fromPartial({ ...view.limits })] },
    outlierDetection: outlierDetection(view),
    commonLbConfig: commonLb(view),
    upstreamConnectionOptions: view.keepalive && {
      tcpKeepalive: { keepaliveProbes: view.keepalive.probes, keepaliveTime: view.keepalive.timeSeconds, keepaliveInterval: view.keepalive.intervalSeconds },
    },
    upstreamBindConfig: view.bindSource === '' ? undefined : { sourceAddress: { address: view.bindSource, portValue: 0 } },
    typedExtensionProtocolOptions: httpOptions(view),
    metadata: clusterMetadata(view),
    transportSocket: view.tls && upstreamTls(view.tls),
    transportSocketMatches: autoTls(view),
  });
}

function clusterMetadata({ config, destination }: ClusterView): Cluster['metadata'] {
  const service = { service_host: destination?.host, service_name: destination?.name, service_namespace: destination?.namespace };
  return istioMetadata({ config, ...service });
}

function discovery(view: ClusterView): Partial<Cluster> {
  switch (view.discovery.kind) {
    case 'EDS':
      return { type: DiscoveryType.EDS, edsClusterConfig: { edsConfig: ads(), serviceName: view.name } };
    case 'DNS':
      return {
        type: DiscoveryType.STRICT_DNS, dnsLookupFamily: Cluster_DnsLookupFamily.V4_ONLY, respectDnsTtl: view.discovery.respectTtl,
        dnsRefreshRate: view.discovery.refreshMs === undefined ? undefined : durationFromMs(view.discovery.refreshMs),
        loadAssignment: loadAssignment(view.name, view.discovery.localities),
      };
    case 'STATIC':
      return { type: DiscoveryType.STATIC, loadAssignment: view.discovery.localities.length > 0 ? loadAssignment(view.name, view.discovery.localities) : undefined };
    default:
      return { type: DiscoveryType.ORIGINAL_DST };
  }
}

function loadBalancer(view: ClusterView): Partial<Cluster> {
  if (view.discovery.kind === 'ORIGINAL_DST') return { lbPolicy: LbPolicy.CLUSTER_PROVIDED };
  switch (view.loadBalancer.kind) {
    case 'LEAST_CONN':
      return { lbPolicy: LbPolicy.LEAST_REQUEST };
    case 'RANDOM':
      return { lbPolicy: LbPolicy.RANDOM };
    case 'MAGLEV':
      return { lbPolicy: LbPolicy.MAGLEV };
    case 'CONSISTENT_HASH':
      return { lbPolicy: LbPolicy.RING_HASH, ringHashLbConfig: { minimumRingSize: view.loadBalancer.minimumRingSize, hashFunction: 0 } };
    default:
      return { lbPolicy: LbPolicy.ROUND_ROBIN };
  }
}

function outlierDetection(view: ClusterView): OutlierDetection | undefined {
  const settings = view.outlierDetection;
  if (!settings) return undefined;
  const counted = settings.consecutiveErrors !== undefined;
  return OutlierDetection.fromPartial({
    consecutiveGatewayFailure: settings.consecutiveErrors,
    enforcingConsecutiveGatewayFailure: counted ? 100 : undefined,
    enforcingConsecutive5xx: counted ? 0 : undefined,
    interval: settings.intervalMs === undefined ? undefined : durationFromMs(settings.intervalMs),
    baseEjectionTime: settings.baseEjectionMs === undefined ? undefined : durationFromMs(settings.baseEjectionMs),
    maxEjectionPercent: settings.maxEjectionPercent,
  });
}

/** Panic routing is off unless asked for, as soon as outlier detection is on. */
function commonLb(view: ClusterView): Cluster_CommonLbConfig | undefined {
  if (!view.outlierDetection) return undefined;
  return Cluster_CommonLbConfig.fromPartial({
    healthyPanicThreshold: { value: view.outlierDetection.minHealthPercent },
    // ORIGINAL_DST has no localities to weigh.
    localityWeightedLbConfig: view.discovery.kind === 'ORIGINAL_DST' ? undefined : {},
  });
}

function httpOptions(view: ClusterView): Cluster['typedExtensionProtocolOptions'] {
  const { protocol, maxRequestsPerConnection, idleTimeoutMs } = view;
  if (protocol === 'http1' && maxRequestsPerConnection === undefined && idleTimeoutMs === undefined) return {};
  const http2ProtocolOptions = { maxConcurrentStreams: 1073741824 };
  const options = HttpProtocolOptions.fromPartial({
    ...(protocol === 'http1' ? { explicitHttpConfig: { httpProtocolOptions: {} } } : {}),
    ...(protocol === 'http2' ? { explicitHttpConfig: { http2ProtocolOptions } } : {}),
    ...(protocol === 'downstream' ? { useDownstreamProtocolConfig: { httpProtocolOptions: {}, http2ProtocolOptions } } : {}),
    commonHttpProtocolOptions:
      maxRequestsPerConnection === undefined && idleTimeoutMs === undefined
        ? undefined
        : { maxRequestsPerConnection, idleTimeout: idleTimeoutMs === undefined ? undefined : durationFromMs(idleTimeoutMs) },
  });
  return { [HTTP_OPTIONS]: packAny(HTTP_OPTIONS, HttpProtocolOptions, options) };
}

/** Mutual TLS to endpoints that say they accept it, plain text to the others. */
function autoTls(view: ClusterView): Cluster['transportSocketMatches'] {
  if (!view.autoTls) return [];
  const raw = { name: 'envoy.transport_sockets.raw_buffer', typedConfig: packAny('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', RawBuffer, {}) };
  return [
    { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transportSocket: upstreamTls(view.autoTls) },
    { name: 'tlsMode-disabled', match: {}, transportSocket: raw },
  ];
}
