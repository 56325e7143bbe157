import type { DestinationServiceView } from './route-view.js';
import type { WorkloadView } from './telemetry-view.js';

/** TLS that a client of a cluster speaks. ISTIO_MUTUAL uses the workload's own certificate. */
export interface ClientTlsView {
  readonly mode: 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
  readonly clientCertificate: string;
  readonly privateKey: string;
  readonly caCertificates: string;
  readonly subjectAltNames: readonly string[];
  readonly sni: string;
  readonly alpn: readonly string[];
}

export interface EndpointView {
  readonly family: 'tcp' | 'unix';
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  /** Endpoint identity, where the registry knows it. */
  readonly uid: string;
  readonly network: string;
  readonly tlsMode: string;
  /** For metrics that Envoy keeps. */
  readonly workload?: WorkloadView | undefined;
}

/** The endpoints of one locality, with Istio's priority (0 = first choice). */
export interface LocalityEndpointsView {
  /** `region/zone/subzone` or empty. */
  readonly locality: string;
  readonly priority: number;
  /** undefined = unset */
  readonly weight: number | undefined;
  readonly endpoints: readonly EndpointView[];
}

export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
}

export interface OutlierDetectionView {
  /** undefined = unset; durations in milliseconds. */
  readonly consecutiveErrors: number | undefined;
  readonly intervalMs: number | undefined;
  readonly baseEjectionMs: number | undefined;
  readonly maxEjectionPercent: number | undefined;
  readonly minHealthPercent: number;
}

export interface KeepaliveView {
  readonly probes: number | undefined;
  readonly timeSeconds: number | undefined;
  readonly intervalSeconds: number | undefined;
}

export type LoadBalancerView =
  | { readonly kind: 'ROUND_ROBIN' | 'LEAST_CONN' | 'RANDOM' | 'PASSTHROUGH' | 'MAGLEV' }
  | { readonly kind: 'CONSISTENT_HASH'; readonly minimumRingSize: number };

/** How the members of a cluster are found. */
export type Discovery =
  | { readonly kind: 'EDS' }
  | { readonly kind: 'DNS'; readonly refreshMs: number | undefined; readonly respectTtl: boolean; readonly localities: readonly LocalityEndpointsView[] }
  | { readonly kind: 'STATIC'; readonly localities: readonly LocalityEndpointsView[] }
  | { readonly kind: 'ORIGINAL_DST' };

/** A destination of traffic: one port (and subset) of a service, or the proxy's own workload. */
export interface ClusterView {
  /** `outbound|9080|v1|host`, `inbound|9080|http|host`, or one of the well-known names. */
  readonly name: string;
  readonly direction: 'outbound' | 'inbound';
  /** Name in statistics; empty = `name`. */
  readonly statName: string;
  readonly discovery: Discovery;
  readonly connectTimeoutMs: number;
  readonly loadBalancer: LoadBalancerView;
  /** undefined: Envoy's own defaults. */
  readonly limits: ConnectionLimits | undefined;
  /** `downstream`: whatever the client spoke. */
  readonly protocol: 'http1' | 'http2' | 'downstream';
  readonly maxRequestsPerConnection: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly keepalive: KeepaliveView | undefined;
  readonly outlierDetection: OutlierDetectionView | undefined;
  readonly tls: ClientTlsView | undefined;
  /** Mutual TLS only towards endpoints that say they accept it. */
  readonly autoTls: ClientTlsView | undefined;
  /** Source address of the connections; empty = the system's choice. */
  readonly bindSource: string;
  /** Path of the DestinationRule that shaped it, or empty. */
  readonly config: string;
  /** Facts that an EnvoyFilter may match. */
  readonly service: { readonly hostname: string; readonly subset: string; readonly port: number } | undefined;
  /** What metrics that Envoy keeps call it. */
  readonly destination?: DestinationServiceView | undefined;
}

/** What EDS says of one cluster. */
export interface AssignmentView {
  readonly clusterName: string;
  readonly localities: readonly LocalityEndpointsView[];
}
