import type { L4MatchAttributes, TLSMatchAttributes } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { host as hostNames, labels as labelSets, isTls, type Port, type Proxy, type Service } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { configPath } from '../push/config-list.js';
import type { PushContext } from '../push/push-context.js';
import type { VirtualServiceObject } from '../push/virtual-service-index.js';
import { isCidr } from './addresses.js';
import { outboundCluster } from './cluster-name.js';
import { serviceAttributes } from './destination-service.js';
import { chain, destinationRanges, emptyMatch, routedTcpHandler, tcpHandler, type TcpSite } from './handlers.js';
import type { FilterChainMatchView, FilterChainView } from './listener-view.js';
import { mixerTcp } from './mixer.js';
import { telemetryOf } from './telemetry.js';

export interface OutboundTcpSite {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
  readonly service: Service;
  /** Port of the listener (0 for a Unix socket). */
  readonly port: Port;
  /** CIDR of the service, if it has one. */
  readonly cidr: string;
  /** The listener's address stands for many services: only SNI tells them apart. */
  readonly shared: boolean;
  readonly virtualServices: readonly VirtualServiceObject[];
}

/** TCP or TLS chains for one service port: those of its virtual services, then its own. */
export function outboundTcpChains(site: OutboundTcpSite): FilterChainView[] {
  const relevant = site.virtualServices.filter((object) => object.spec.hosts.some((host) => hostNames.matches(host, site.service.hostname)));
  return isTls(site.port.protocol) ? tlsChains(site, relevant) : tcpChains(site, relevant);
}

function tcpSite(site: OutboundTcpSite): TcpSite {
  const { push, proxy, diagnostics, port, service } = site;
  return { push, proxy, diagnostics, port, mixer: mixerTcp(push, proxy, { role: 'outbound', destination: serviceAttributes(service) }), telemetry: telemetryOf(push, proxy, { role: 'outbound' }) };
}

function staticMatch(site: OutboundTcpSite, match: TLSMatchAttributes | L4MatchAttributes): boolean {
  const bound = match.gateways.length > 0 ? match.gateways.includes('mesh') : labelSets.selects(match.sourceLabels, site.push.labelsOf(site.proxy));
  // A match by what is no address must not become a match of everything.
  return bound && (match.port === 0 || match.port === site.port.port) && match.destinationSubnets.every(isCidr);
}

function matchOf(serverNames: readonly string[], cidrs: readonly string[]): FilterChainMatchView | undefined {
  const names = serverNames.includes('*') ? [] : serverNames;
  const destinations = destinationRanges(cidrs);
  return names.length === 0 && destinations.length === 0 ? undefined : { ...emptyMatch, serverNames: names, destinations };
}

function tlsChains(site: OutboundTcpSite, objects: readonly VirtualServiceObject[]): FilterChainView[] {
  const chains: FilterChainView[] = [];
  const handled = new Set<string>();
  for (const object of objects) {
    for (const tls of object.spec.tls) {
      for (const match of tls.match) {
        if (!staticMatch(site, match)) continue;
        const key = `${match.sniHosts.join()}|${match.destinationSubnets.join()}`;
        if (handled.has(key)) continue;
        handled.add(key);
        const handler = routedTcpHandler(tcpSite(site), object, tls.route);
        const cidrs = match.destinationSubnets.length > 0 && site.port.port > 0 ? match.destinationSubnets : [site.cidr];
        if (handler) chains.push(chain(handler, { match: matchOf(match.sniHosts, cidrs), config: configPath(object, 'virtual-service') }));
      }
    }
  }
  if (chains.length > 0) return chains;
  const names = site.cidr !== '' || site.shared ? [site.service.hostname] : [];
  return [chain(tcpHandler(tcpSite(site), ownCluster(site)), { match: matchOf(names, [site.cidr]) })];
}

/** A route without subnets ends the list: nothing after it could be reached. */
function tcpChains(site: OutboundTcpSite, objects: readonly VirtualServiceObject[]): FilterChainView[] {
  const chains: FilterChainView[] = [];
  for (const object of objects) {
    for (const tcp of object.spec.tcp) {
      const matches = tcp.match.filter((match) => staticMatch(site, match));
      if (tcp.match.length > 0 && matches.length === 0) continue;
      const handler = routedTcpHandler(tcpSite(site), object, tcp.route);
      if (!handler) continue;
      const config = configPath(object, 'virtual-service');
      const open = tcp.match.length === 0 || matches.some((match) => match.destinationSubnets.length === 0) || site.port.port === 0;
      const cidrs = open ? [site.cidr] : matches.flatMap((match) => match.destinationSubnets);
      chains.push(chain(handler, { match: matchOf([], cidrs), config }));
      if (open || destinationRanges(cidrs).join() === destinationRanges([site.cidr]).join()) return chains;
    }
  }
  return [...chains, chain(tcpHandler(tcpSite(site), ownCluster(site)), { match: matchOf([], [site.cidr]) })];
}

/** A listener with a port of its own leads to the service's only port. */
function ownCluster({ service, port }: OutboundTcpSite): string {
  const [only] = service.ports;
  return outboundCluster(service.hostname, service.ports.length === 1 && only ? only.port : port.port);
}
