import {
  LoadBalancerSettings_SimpleLB as SimpleLB, TLSSettings_TLSmode as TlsMode,
  type ConnectionPoolSettings, type LoadBalancerSettings, type OutlierDetection, type TLSSettings,
} from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { durationMs } from '@quartet/model';
import type { ClientTlsView, ClusterView, ConnectionLimits, Discovery } from './cluster-view.js';
import type { TrafficPolicyComponents } from './traffic-policy.js';

export const unlimited: ConnectionLimits = Object.freeze({ maxConnections: 4294967295, maxPendingRequests: 4294967295, maxRequests: 4294967295, maxRetries: 4294967295 });

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Where a policy is applied: what ISTIO_MUTUAL fills in by itself. */
export interface TlsDefaults {
  readonly sni: string;
  readonly serviceAccounts: readonly string[];
  readonly http2: boolean;
  /** Called when a MUTUAL setting lacks its certificate or key; the setting is then not applied. */
  readonly incomplete: () => void;
}

export function newCluster(name: string, options: { direction: ClusterView['direction']; discovery: Discovery; mesh: MeshConfig }): Mutable<ClusterView> {
  return {
    name, direction: options.direction, statName: '', discovery: options.discovery,
    connectTimeoutMs: durationMs(options.mesh.connectTimeout) ?? 1000,
    loadBalancer: { kind: options.discovery.kind === 'ORIGINAL_DST' ? 'PASSTHROUGH' : 'ROUND_ROBIN' },
    limits: unlimited, protocol: 'http1', maxRequestsPerConnection: undefined, idleTimeoutMs: undefined,
    keepalive: keepalive(options.mesh.tcpKeepalive), outlierDetection: undefined, tls: undefined, autoTls: undefined, bindSource: '', config: '', service: undefined,
  };
}

/** One level of policy on top of what is there: components that are absent leave it alone. */
export function applyTrafficPolicy(cluster: Mutable<ClusterView>, policy: TrafficPolicyComponents, context: { mesh: MeshConfig; tls: TlsDefaults }): void {
  applyConnectionPool(cluster, policy.connectionPool, context.mesh);
  if (policy.outlierDetection) cluster.outlierDetection = outlierDetection(policy.outlierDetection);
  applyLoadBalancer(cluster, policy.loadBalancer);
  if (policy.tls) applyTls(cluster, policy.tls, context.tls);
}

export function applyConnectionPool(cluster: Mutable<ClusterView>, settings: ConnectionPoolSettings | undefined, mesh: MeshConfig): void {
  if (!settings) return;
  const { tcp, http } = settings;
  const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : undefined);
  cluster.limits = {
    maxConnections: positive(tcp?.maxConnections) ?? unlimited.maxConnections,
    maxPendingRequests: positive(http?.http1MaxPendingRequests) ?? unlimited.maxPendingRequests,
    maxRequests: positive(http?.http2MaxRequests) ?? unlimited.maxRequests,
    maxRetries: positive(http?.maxRetries) ?? unlimited.maxRetries,
  };
  cluster.maxRequestsPerConnection = positive(http?.maxRequestsPerConnection) ?? cluster.maxRequestsPerConnection;
  cluster.idleTimeoutMs = durationMs(http?.idleTimeout) ?? cluster.idleTimeoutMs;
  if (!tcp) return;
  cluster.connectTimeoutMs = durationMs(tcp.connectTimeout) ?? cluster.connectTimeoutMs;
  cluster.keepalive = keepalive(tcp.tcpKeepalive ?? mesh.tcpKeepalive) ?? cluster.keepalive;
}

function keepalive(settings: MeshConfig['tcpKeepalive']): ClusterView['keepalive'] {
  if (!settings) return undefined;
  return { probes: settings.probes || undefined, timeSeconds: settings.time?.seconds, intervalSeconds: settings.interval?.seconds };
}

function outlierDetection(settings: OutlierDetection): ClusterView['outlierDetection'] {
  return {
    consecutiveErrors: settings.consecutiveErrors > 0 ? settings.consecutiveErrors : undefined,
    intervalMs: durationMs(settings.interval),
    baseEjectionMs: durationMs(settings.baseEjectionTime),
    maxEjectionPercent: settings.maxEjectionPercent > 0 ? settings.maxEjectionPercent : undefined,
    minHealthPercent: settings.minHealthPercent,
  };
}

function applyLoadBalancer(cluster: Mutable<ClusterView>, settings: LoadBalancerSettings | undefined): void {
  if (!settings || cluster.discovery.kind === 'ORIGINAL_DST') return;
  if (settings.consistentHash) {
    cluster.loadBalancer = { kind: 'CONSISTENT_HASH', minimumRingSize: settings.consistentHash.minimumRingSize || 1024 };
    return;
  }
  switch (settings.simple) {
    case SimpleLB.LEAST_CONN:
      cluster.loadBalancer = { kind: 'LEAST_CONN' };
      break;
    case SimpleLB.RANDOM:
      cluster.loadBalancer = { kind: 'RANDOM' };
      break;
    case SimpleLB.PASSTHROUGH:
      cluster.loadBalancer = { kind: 'PASSTHROUGH' };
      cluster.discovery = { kind: 'ORIGINAL_DST' };
      break;
    default:
      cluster.loadBalancer = { kind: 'ROUND_ROBIN' };
  }
}

function applyTls(cluster: Mutable<ClusterView>, settings: TLSSettings, defaults: TlsDefaults): void {
  const h2 = cluster.protocol === 'http1' ? [] : ['h2'];
  const own = {
    clientCertificate: settings.clientCertificate, privateKey: settings.privateKey, caCertificates: settings.caCertificates,
    subjectAltNames: settings.subjectAltNames, sni: settings.sni, alpn: h2,
  };
  cluster.autoTls = undefined;
  switch (settings.mode) {
    case TlsMode.SIMPLE:
      cluster.tls = { ...own, mode: 'SIMPLE', clientCertificate: '', privateKey: '' };
      break;
    case TlsMode.MUTUAL:
      if (settings.clientCertificate === '' || settings.privateKey === '') defaults.incomplete();
      else cluster.tls = { ...own, mode: 'MUTUAL' };
      break;
    case TlsMode.ISTIO_MUTUAL:
      cluster.tls = istioMutual(settings, defaults);
      break;
    default:
      cluster.tls = undefined;
  }
}

export function istioMutual(settings: Partial<TLSSettings>, defaults: TlsDefaults): ClientTlsView {
  const accounts = settings.subjectAltNames ?? [];
  return {
    mode: 'ISTIO_MUTUAL', clientCertificate: '', privateKey: '', caCertificates: '',
    subjectAltNames: accounts.length > 0 ? accounts : defaults.serviceAccounts,
    sni: settings.sni || defaults.sni,
    alpn: defaults.http2 ? ['istio', 'h2'] : ['istio'],
  };
}
