import { isHttp, type Port, type Proxy, type Service } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import type { EgressListener } from '../push/sidecar-scope.js';
import { PASSTHROUGH } from './cluster-name.js';
import { namedDestination } from './destination-service.js';
import { serviceDomains } from './host-domains.js';
import { matchAll } from './http-route-match.js';
import { defaultRoute, plainRoute, virtualServiceRoutes } from './http-routes.js';
import { mixerHttp } from './mixer.js';
import { noHeaders, type RouteTableView, type RouteView, type VirtualHostView } from './route-view.js';
import { sniffsOutbound } from './sniffing.js';
import { telemetryOf } from './telemetry.js';

export const HTTP_PROXY_TABLE = 'http_proxy';

/** What an RDS name of a sidecar asks for: `PORT`, `HOST:PORT` (sniffed), `unix:///path` or `http_proxy`; undefined = none of these. */
export function buildSidecarRouteTable(push: PushContext, proxy: Proxy, request: { name: string; diagnostics: Diagnostics }): RouteTableView | undefined {
  const { name, diagnostics } = request;
  const unix = name.startsWith('unix://');
  const port = name === HTTP_PROXY_TABLE || unix ? 0 : Number(name.slice(name.lastIndexOf(':') + 1));
  if (!Number.isInteger(port)) return undefined;
  const sniffed = !unix && name.includes(':');
  const scope = push.sidecarScope(proxy);
  const egress = egressListenerFor(scope.egress, port, name);
  if (!egress) return undefined;
  // A listener with a port of its own serves every port of what it imports.
  const wanted = egress.spec?.port ? 0 : port;
  const hosts = collectHosts({ push, proxy, diagnostics, egress, port: wanted });
  const table = sniffed ? onlyDomain(hosts, name) : hosts;
  const fallback = push.features.fallthroughRoute && !sniffed ? [fallbackHost(scope.allowAny)] : [];
  const mixer = name === HTTP_PROXY_TABLE ? undefined : mixerHttp(push, proxy, { role: 'outbound' });
  const telemetry = name === HTTP_PROXY_TABLE ? undefined : telemetryOf(push, proxy, { role: 'outbound' });
  return { name, virtualHosts: [...table, ...fallback], mixer, telemetry, patch: { context: 'SIDECAR_OUTBOUND', port, portName: '', gateway: '' } };
}

/** The listener declared for that port or socket, else the catch-all. */
function egressListenerFor(egress: readonly EgressListener[], port: number, name: string): EgressListener | undefined {
  return egress.find(({ spec }) => {
    if (!spec?.port) return name === HTTP_PROXY_TABLE || port > 0;
    if (port > 0) return spec.port.number === port;
    return name !== HTTP_PROXY_TABLE && spec.port.number === 0 && name === spec.bind;
  });
}

interface Collector {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
  readonly egress: EgressListener;
  /** 0 = all */
  readonly port: number;
}

interface Candidate {
  /** Host name of the service; empty for a host that is none. */
  readonly service: string;
  readonly port: number;
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly RouteView[];
}

function collectHosts(collector: Collector): VirtualHostView[] {
  const { push, port } = collector;
  const registry = new Map<string, Service>();
  for (const service of collector.egress.services) {
    const ports = port === 0 ? service.ports : service.ports.filter((candidate) => candidate.port === port);
    if (ports.length > 0) registry.set(service.hostname, port === 0 ? service : { ...service, ports });
  }
  const routable = (candidate: Port) => isHttp(candidate.protocol) || sniffsOutbound(push, candidate);
  const configured = [...fromVirtualServices(collector, registry, routable)];
  const candidates = [...configured, ...fromRegistry(collector, registry, { routable, configured })];
  const wanted = port === 0 ? withPortOnly(candidates) : candidates.filter((candidate) => candidate.port === port);
  return unique(wanted, collector.diagnostics).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* fromVirtualServices(collector: Collector, registry: ReadonlyMap<string, Service>, routable: (port: Port) => boolean): Generator<Candidate> {
  const { push, proxy, diagnostics } = collector;
  for (const object of collector.egress.virtualServices) {
    const routes = virtualServiceRoutes({ push, proxy, diagnostics, registry, port: collector.port, gateways: new Set(['mesh']) }, object);
    if (routes.length === 0) continue;
    const known = object.spec.hosts.flatMap((host) => registry.get(host) ?? []);
    const ports = new Set(known.flatMap((service) => service.ports.filter(routable).map(({ port }) => port)));
    // 1.4 gives hosts outside the registry a virtual host on port 80 only.
    for (const port of ports.size > 0 ? ports : [80]) {
      for (const host of object.spec.hosts) if (!registry.has(host)) yield { service: '', port, name: `${host}:${port}`, domains: [host, `${host}:${port}`], routes };
      for (const service of known) {
        if (service.ports.some((candidate) => candidate.port === port && routable(candidate))) yield serviceHost(proxy, { service, port, routes });
      }
    }
  }
}

/** Services that no virtual service gave a virtual host. */
function* fromRegistry(collector: Collector, registry: ReadonlyMap<string, Service>, rest: { routable: (port: Port) => boolean; configured: readonly Candidate[] }): Generator<Candidate> {
  const { push, proxy } = collector;
  const served = new Set(rest.configured.map(({ service }) => service));
  for (const service of registry.values()) {
    if (served.has(service.hostname)) continue;
    for (const { port } of service.ports.filter(rest.routable)) yield serviceHost(proxy, { service, port, routes: [defaultRoute(push, proxy, { service, port })] });
  }
}

function serviceHost(proxy: Proxy, target: { service: Service; port: number; routes: readonly RouteView[] }): Candidate {
  const { service, port, routes } = target;
  return { service: service.hostname, port, name: `${service.hostname}:${port}`, domains: serviceDomains(service, port, proxy), routes };
}

/** Without a port of its own a table can tell services' ports apart only by the port in the host name (80 is implied). */
function withPortOnly(candidates: readonly Candidate[]): Candidate[] {
  return candidates
    .map((candidate) => (candidate.port === 80 ? candidate : { ...candidate, domains: candidate.domains.filter((domain) => domain.includes(':')) }))
    .filter((candidate) => candidate.domains.length > 0);
}

/** The first to claim a name or a domain keeps it: Envoy refuses a table in which a domain stands twice. */
export function unique(candidates: Iterable<Omit<VirtualHostView, 'requireTls'> & { requireTls?: boolean }>, diagnostics: Diagnostics): VirtualHostView[] {
  const names = new Set<string>();
  const taken = new Set<string>();
  const hosts: VirtualHostView[] = [];
  for (const { name, domains, routes, requireTls } of candidates) {
    if (names.has(name)) {
      diagnostics.warn('DUPLICATE_DOMAIN', { object: name }, 'another virtual service or service has this host already; this one is left out');
      continue;
    }
    const free = domains.filter((domain) => !taken.has(domain));
    if (free.length === 0) continue;
    names.add(name);
    for (const domain of free) taken.add(domain);
    hosts.push({ name, domains: free, requireTls: requireTls ?? false, routes });
  }
  return hosts;
}

function onlyDomain(hosts: readonly VirtualHostView[], domain: string): readonly VirtualHostView[] {
  const matching = hosts.filter((host) => host.domains.includes(domain));
  return matching.length > 0 ? matching : hosts;
}

/** What a host that nobody knows gets: passed through, or 502. */
function fallbackHost(allowAny: boolean): VirtualHostView {
  if (allowAny) {
    const route = plainRoute({ name: '', cluster: PASSTHROUGH, timeoutMs: undefined, operation: '', service: namedDestination(PASSTHROUGH) });
    return { name: 'allow_any', domains: ['*'], requireTls: false, routes: [route] };
  }
  const route: RouteView = {
    name: '', match: matchAll, action: { kind: 'respond', status: 502 }, headers: noHeaders, fault: undefined, operation: '', config: '', quotaSpecs: [],
  };
  return { name: 'block_all', domains: ['*'], requireTls: false, routes: [route] };
}
