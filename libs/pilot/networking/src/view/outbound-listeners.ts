import { isHttp, isTcp, parseProtocol, Resolution, type Port, type Protocol, type Proxy, type Service } from '@quartet/model';
import { durationMs } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import { isUncaptured, type EgressListener } from '../push/sidecar-scope.js';
import { proxyAddresses, type ProxyAddresses } from './addresses.js';
import { BLACK_HOLE, PASSTHROUGH } from './cluster-name.js';
import { namedDestination } from './destination-service.js';
import { endpointsOf } from './endpoints.js';
import { acceptsHttp10, chain, emptyMatch, httpProtocols, idleTimeout, tcpHandler } from './handlers.js';
import { OutboundListenerMap, type ListenerClass } from './listener-conflicts.js';
import type { FilterChainView, HttpHandlerView, ListenerView } from './listener-view.js';
import { listenerAttributes, mixerHttp, mixerTcp } from './mixer.js';
import { outboundTcpChains } from './outbound-chains.js';
import { sniffsOutbound } from './sniffing.js';
import { telemetryOf } from './telemetry.js';

interface Builder {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
  readonly addresses: ProxyAddresses;
  readonly allowAny: boolean;
  readonly map: OutboundListenerMap;
}

/** One place where a service is to be reached. */
interface Site {
  readonly egress: EgressListener;
  readonly service: Service;
  readonly port: Port;
  /** Empty: the service's own address. */
  readonly bind: string;
  readonly bindToPort: boolean;
}

/** Listeners for what leaves the workload, TCP first (source: listener.go, buildSidecarOutboundListeners). */
export function buildOutboundListeners(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): readonly ListenerView[] {
  const scope = push.sidecarScope(proxy);
  const map = new OutboundListenerMap({ sniff: push.features.sniffOutbound, diagnostics });
  const builder: Builder = { push, proxy, diagnostics, addresses: proxyAddresses(proxy), allowAny: scope.allowAny, map };
  for (const egress of scope.egress) {
    if (!egress.spec?.port) map.lock();
    for (const site of sites(builder, egress)) addSite(builder, site);
  }
  const proxyListener = httpProxyListener(builder);
  return [...map.views(), ...(proxyListener ? [proxyListener] : [])];
}

function* sites(builder: Builder, egress: EgressListener): Generator<Site> {
  const { push, proxy, addresses } = builder;
  const bindToPort = proxy.interceptionMode === 'NONE' || (egress.spec !== undefined && isUncaptured(egress.spec.captureMode));
  const declared = egress.spec?.bind ?? '';
  if (egress.spec?.port) {
    const { number, name, protocol } = egress.spec.port;
    const port: Port = { port: number, name, protocol: parseProtocol(protocol) };
    for (const service of egress.services) yield { egress, service, port, bindToPort, bind: declared || (bindToPort ? addresses.localhost : addresses.wildcard) };
    return;
  }
  const bind = declared || (bindToPort ? addresses.localhost : '');
  for (const service of egress.services) {
    for (const port of service.ports) {
      if (!headless(push, { service, port, bind })) yield { egress, service, port, bind, bindToPort };
      // Each pod of a headless service has a listener of its own, but for the proxy's pod itself.
      else for (const { address } of endpointsOf(push, { service, port })) if (address !== proxy.ipAddresses[0]) yield { egress, service, port, bind: address, bindToPort };
    }
  }
}

function headless(push: PushContext, { service, port, bind }: { service: Service; port: Port; bind: string }): boolean {
  return push.features.headlessPodListeners && bind === '' && service.resolution === Resolution.Passthrough && service.attributes.serviceRegistry === 'Kubernetes' && isTcp(port.protocol);
}

function listenerClass(push: PushContext, port: Port): ListenerClass | undefined {
  if (port.protocol === 'UDP') return undefined;
  if (isHttp(port.protocol)) return 'http';
  return sniffsOutbound(push, port) ? 'auto' : 'tcp';
}

function addSite(builder: Builder, site: Site): void {
  const { push, diagnostics } = builder;
  const kind = listenerClass(push, site.port);
  if (!kind) return;
  if (kind === 'http' && site.port.port === 443 && push.features.blockHttpOn443 && !site.egress.spec?.port) {
    diagnostics.warn('HTTP_OVER_HTTPS_PORT', { object: site.service.hostname, field: `ports[${site.port.name}]` }, 'protocol HTTP on port 443: no listener is made, it would catch HTTPS traffic');
    return;
  }
  const { ip, cidr } = kind === 'http' ? { ip: site.bind || builder.addresses.wildcard, cidr: '' } : tcpBind(builder, site);
  const tcp = kind === 'http' ? [] : tcpChainsOf(builder, site, { ip, cidr });
  const http = kind === 'tcp' ? [] : [chain(httpHandler(builder, site, { kind, ip }), kind === 'auto' ? { match: { ...emptyMatch, applicationProtocols: httpProtocols, transportProtocol: 'raw_buffer' } } : {})];
  builder.map.add({
    class: kind, protocol: site.port.protocol, service: site.service.hostname,
    view: complete(builder, site, { ip, kind, chains: [...tcp, ...http] }),
  });
}

/** A TCP listener binds the service's virtual IP; a CIDR becomes a condition on the wildcard address. */
function tcpBind({ proxy, addresses }: Builder, { service, bind }: Site): { ip: string; cidr: string } {
  if (bind !== '') return { ip: bind, cidr: '' };
  const vip = service.clusterVIPs[proxy.clusterId] ?? service.address;
  if (vip.includes('/')) return { ip: addresses.wildcard, cidr: vip };
  return { ip: vip === '' || vip === '0.0.0.0' ? addresses.wildcard : vip, cidr: '' };
}

function tcpChainsOf(builder: Builder, site: Site, at: { ip: string; cidr: string }): FilterChainView[] {
  const { push, proxy, diagnostics, addresses } = builder;
  const vip = site.service.clusterVIPs[proxy.clusterId] ?? site.service.address;
  const anonymous = vip === '' || vip === '0.0.0.0' || vip === '::';
  return outboundTcpChains({
    push, proxy, diagnostics, service: site.service, port: site.port, cidr: at.cidr,
    shared: anonymous && at.ip === addresses.wildcard, virtualServices: site.egress.virtualServices,
  });
}

function httpHandler(builder: Builder, site: Site, at: { kind: ListenerClass; ip: string }): HttpHandlerView {
  const { push, proxy, addresses } = builder;
  const { port, service } = site;
  const sniffedVip = at.kind === 'auto' && at.ip !== addresses.wildcard;
  return {
    kind: 'http', role: 'outbound', statPrefix: `outbound_${at.ip}_${port.port}`,
    routes: port.port === 0 ? at.ip : sniffedVip ? `${service.hostname}:${port.port}` : String(port.port),
    useRemoteAddress: push.features.sidecarUseRemoteAddress,
    acceptHttp10: acceptsHttp10(push, proxy),
    http2: false, grpcWeb: false, allowAbsoluteUrl: false, idleTimeoutMs: idleTimeout(proxy), authentication: undefined, rbac: undefined,
    mixer: mixerHttp(push, proxy, { role: 'outbound' }), telemetry: telemetryOf(push, proxy, { role: 'outbound' }),
  };
}

function complete(builder: Builder, site: Site, parts: { ip: string; kind: ListenerClass; chains: readonly FilterChainView[] }): ListenerView {
  const { push, proxy, addresses } = builder;
  const chains = [...parts.chains];
  if (parts.ip === addresses.wildcard && !addresses.confined && push.features.restrictPodTrafficLoop) chains.unshift(ownAddressChain(builder));
  if (push.features.fallthroughRoute && !chains.some((candidate) => candidate.match === undefined)) chains.push(fallthroughChain(builder));
  const named = parts.chains.some(({ match }) => match !== undefined && match.serverNames.length > 0);
  return {
    name: `${parts.ip}_${site.port.port}`,
    bind: parts.ip.startsWith('unix://') ? { path: parts.ip.slice('unix://'.length) } : { ip: parts.ip, port: site.port.port },
    direction: 'OUTBOUND', bindToPort: site.bindToPort, useOriginalDst: false, transparent: false,
    inspectors: [...(named || parts.kind === 'auto' ? (['tls'] as const) : []), ...(parts.kind === 'auto' ? (['http'] as const) : [])],
    detectionTimeoutMs: durationMs(push.mesh.protocolDetectionTimeout),
    chains, servicePort: { number: site.port.port, name: site.port.name }, patchContext: 'SIDECAR_OUTBOUND', attributes: listenerAttributes(push, proxy, { role: 'outbound' }),
  };
}

/** Traffic to the workload's own addresses must not come back out. */
function ownAddressChain(builder: Builder): FilterChainView {
  const handler = { ...tcpHandler({ ...builder, mixer: undefined }, BLACK_HOLE), accessLog: false, idleTimeoutMs: undefined };
  return chain(handler, { match: { ...emptyMatch, destinations: [...builder.proxy.ipAddresses] } });
}

function fallthroughChain(builder: Builder): FilterChainView {
  const cluster = builder.allowAny ? PASSTHROUGH : BLACK_HOLE;
  const destination = { ...namedDestination(cluster), host: cluster };
  const mixer = mixerTcp(builder.push, builder.proxy, { role: 'outbound', destination });
  return chain(tcpHandler({ ...builder, mixer, telemetry: telemetryOf(builder.push, builder.proxy, { role: 'outbound' }) }, cluster), { fallthrough: true });
}

/** A plain HTTP proxy for applications that are told of one; only where nothing is redirected, or where the mesh names a port. */
function httpProxyListener(builder: Builder): ListenerView | undefined {
  const { push, proxy, addresses } = builder;
  const port = push.mesh.proxyHttpPort || (proxy.interceptionMode === 'NONE' ? 15002 : 0);
  if (port === 0) return undefined;
  const handler: HttpHandlerView = {
    kind: 'http', role: 'proxy', statPrefix: `unspecified_${addresses.localhost}_${port}`, routes: 'http_proxy', useRemoteAddress: false, acceptHttp10: acceptsHttp10(push, proxy),
    http2: false, grpcWeb: false, allowAbsoluteUrl: true, idleTimeoutMs: idleTimeout(proxy), authentication: undefined, rbac: undefined, mixer: undefined,
  };
  return {
    name: `${addresses.localhost}_${port}`, bind: { ip: addresses.localhost, port }, direction: 'OUTBOUND', bindToPort: true, useOriginalDst: false, transparent: false,
    inspectors: [], detectionTimeoutMs: durationMs(push.mesh.protocolDetectionTimeout), chains: [chain(handler)], servicePort: undefined, patchContext: undefined, attributes: {},
  };
}

export type { Protocol };
