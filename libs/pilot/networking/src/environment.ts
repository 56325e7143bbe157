import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import type { MeshNetworks } from '@quartet/api/istio/mesh/v1alpha1/network';
import type { ConfigSnapshot, ServiceSnapshot } from '@quartet/model';

/** Pilot's PILOT_* switches that change what is generated (their defaults are those of Istio 1.4). */
export interface Features {
  /** PILOT_ENABLE_FALLTHROUGH_ROUTE */
  readonly fallthroughRoute: boolean;
  /** PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND */
  readonly sniffOutbound: boolean;
  /** PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND */
  readonly sniffInbound: boolean;
  /** PILOT_INBOUND_PROTOCOL_DETECTION_TIMEOUT, milliseconds */
  readonly inboundDetectionTimeoutMs: number;
  /** PILOT_ENABLE_MYSQL_FILTER */
  readonly mysqlFilter: boolean;
  /** PILOT_ENABLE_REDIS_FILTER */
  readonly redisFilter: boolean;
  /** PILOT_SIDECAR_USE_REMOTE_ADDRESS */
  readonly sidecarUseRemoteAddress: boolean;
  /** PILOT_RESTRICT_POD_UP_TRAFFIC_LOOP */
  readonly restrictPodTrafficLoop: boolean;
  /** PILOT_SCOPE_GATEWAY_TO_NAMESPACE */
  readonly scopeGatewayToNamespace: boolean;
  /** PILOT_RESPECT_DNS_TTL */
  readonly respectDnsTtl: boolean;
  /** PILOT_ENABLE_HEADLESS_SERVICE_POD_LISTENERS */
  readonly headlessPodListeners: boolean;
  /** PILOT_BLOCK_HTTP_ON_443 */
  readonly blockHttpOn443: boolean;
  /** PILOT_TRACE_SAMPLING, per cent */
  readonly traceSampling: number;
  /** PILOT_HTTP10 */
  readonly http10: boolean;
  /** Who keeps metrics and is asked for leave: Mixer, or (consolidated mode) Envoy by itself, without a Mixer. */
  readonly telemetry: 'mixer' | 'envoy';
}

export const defaultFeatures: Features = Object.freeze({
  fallthroughRoute: true, sniffOutbound: true, sniffInbound: false, inboundDetectionTimeoutMs: 1000, mysqlFilter: false, redisFilter: false,
  sidecarUseRemoteAddress: false, restrictPodTrafficLoop: true, scopeGatewayToNamespace: false, respectDnsTtl: true, headlessPodListeners: true,
  blockHttpOn443: true, traceSampling: 100, http10: false, telemetry: 'mixer',
});

/** Everything that a push is computed from; nothing else is read. */
export interface Environment {
  readonly config: ConfigSnapshot;
  readonly services: ServiceSnapshot;
  /** Already merged over the defaults. */
  readonly mesh: MeshConfig;
  readonly networks?: MeshNetworks | undefined;
  /** DNS suffix of the cluster; default `cluster.local`. */
  readonly domain?: string | undefined;
  /** Key sets fetched by Pilot, by jwks_uri (or issuer, for OpenID discovery); absent = not fetched (yet). */
  readonly jwks?: ReadonlyMap<string, string> | undefined;
  readonly features?: Partial<Features> | undefined;
}
