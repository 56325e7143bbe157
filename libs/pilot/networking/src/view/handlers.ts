import type { RouteDestination } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { durationMs, parseDuration, type Port, type Proxy } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { objectName } from '../push/config-list.js';
import type { PushContext } from '../push/push-context.js';
import type { VirtualServiceObject } from '../push/virtual-service-index.js';
import { isCidr } from './addresses.js';
import { destinationCluster } from './http-routes.js';
import { visibleService } from './endpoints.js';
import type { FilterChainMatchView, FilterChainView, HttpHandlerView, ServerTlsView, TcpHandlerView } from './listener-view.js';
import type { MixerTcpView } from './mixer-view.js';
import type { TelemetryView } from './telemetry-view.js';

export const emptyMatch: FilterChainMatchView = Object.freeze({ serverNames: [], destinations: [], applicationProtocols: [], transportProtocol: '', destinationPort: 0 });

/** ALPN of what the HTTP inspector recognises; it reports prior-knowledge HTTP/2 as `h2c`. */
export const httpProtocols: readonly string[] = ['http/1.0', 'http/1.1', 'h2c'];

export function chain(handler: HttpHandlerView | TcpHandlerView, options: { match?: FilterChainMatchView | undefined; tls?: ServerTlsView | undefined; config?: string; fallthrough?: boolean } = {}): FilterChainView {
  return { match: options.match, tls: options.tls, config: options.config ?? '', handler, fallthrough: options.fallthrough ?? false, originalListener: '' };
}

/** The workload's own certificate; clients must show theirs. */
export const workloadTls: ServerTlsView = Object.freeze<ServerTlsView>({
  source: { kind: 'workload' }, requireClientCertificate: true, subjectAltNames: [], alpn: ['h2', 'http/1.1'], minVersion: 0, maxVersion: 0, cipherSuites: [], spki: [], certificateHashes: [],
});

/** HCM and TCP idle timeout from the node's IDLE_TIMEOUT. */
export function idleTimeout(proxy: Proxy): number | undefined {
  const value = proxy.metadata.IDLE_TIMEOUT;
  const ms = typeof value === 'string' ? durationMs(parseDuration(value)) : undefined;
  return ms !== undefined && ms > 0 ? ms : undefined;
}

export function acceptsHttp10(push: PushContext, proxy: Proxy): boolean {
  return push.features.http10 || proxy.metadata.HTTP10 === '1';
}

export interface TcpSite {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
  readonly port: Port;
  readonly mixer: MixerTcpView | undefined;
  readonly telemetry?: TelemetryView | undefined;
}

export function tcpHandler(site: Pick<TcpSite, 'push' | 'proxy' | 'mixer' | 'telemetry'> & { port?: Port }, cluster: string): TcpHandlerView {
  return {
    kind: 'tcp', statPrefix: cluster, destinations: [{ cluster, weight: 100 }], protocolFilter: protocolFilter(site.push, site.port),
    sniCluster: false, accessLog: true, idleTimeoutMs: idleTimeout(site.proxy), rbac: undefined, mixer: site.mixer, telemetry: site.telemetry,
  };
}

/** The weighted destinations of a TCP or TLS route; undefined if none is left. */
export function routedTcpHandler(site: TcpSite, object: VirtualServiceObject, routes: readonly RouteDestination[]): TcpHandlerView | undefined {
  const { push, proxy } = site;
  const clusterOf = (route: RouteDestination): string | undefined => {
    if (!route.destination) return undefined;
    const service = visibleService(push, proxy, route.destination.host);
    return destinationCluster({ registry: new Map(service ? [[service.hostname, service]] : []), port: site.port.port }, route.destination);
  };
  const used = routes.length === 1 ? routes : routes.filter(({ weight }) => weight > 0);
  const destinations = used.flatMap((route) => {
    const cluster = clusterOf(route);
    return cluster === undefined ? [] : [{ cluster, weight: route.weight || 100 }];
  });
  const [first] = destinations;
  if (!first) {
    site.diagnostics.error('INVALID_FIELD', { object: objectName(object), field: 'tcp.route' }, 'no destination with a weight above 0; the route is left out');
    return undefined;
  }
  const base = tcpHandler(site, first.cluster);
  return routes.length === 1 ? base : { ...base, destinations, statPrefix: `${object.metadata.name}.${object.metadata.namespace}` };
}

function protocolFilter(push: PushContext, port: Port | undefined): TcpHandlerView['protocolFilter'] {
  if (port?.protocol === 'Mongo') return 'mongo';
  if (port?.protocol === 'MySQL' && push.features.mysqlFilter) return 'mysql';
  return port?.protocol === 'Redis' && push.features.redisFilter ? 'redis' : undefined;
}

/** Destination CIDRs of a chain: sorted, without those that match everything or are none. */
export function destinationRanges(cidrs: readonly string[]): string[] {
  return cidrs.filter((cidr) => isCidr(cidr) && !cidr.startsWith('0.0.0.0') && !cidr.startsWith('::/')).sort();
}
