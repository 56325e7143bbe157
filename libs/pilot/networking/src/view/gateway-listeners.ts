import { Server_TLSOptions_TLSmode as TlsMode, type Server } from '@quartet/api/istio/networking/v1alpha3/gateway';
import type { L4MatchAttributes, TLSMatchAttributes } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { host as hostNames, labels as labelSets, isHttp, type Port, type Proxy } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { configPath } from '../push/config-list.js';
import type { PushContext } from '../push/push-context.js';
import type { VirtualServiceObject } from '../push/virtual-service-index.js';
import { isCidr, proxyAddresses } from './addresses.js';
import { BLACK_HOLE } from './cluster-name.js';
import { intersectHosts } from './gateway-routes.js';
import { isPassthrough, mergeGateways, routeTableName, terminatesHttps, type GatewayServer, type MergedPort } from './gateway-servers.js';
import { acceptsHttp10, chain, destinationRanges, emptyMatch, idleTimeout, routedTcpHandler, tcpHandler, type TcpSite } from './handlers.js';
import type { FilterChainMatchView, FilterChainView, HttpHandlerView, ListenerView, ServerTlsView } from './listener-view.js';
import { destinationService } from './destination-service.js';
import { listenerAttributes, mixerHttp, mixerTcp } from './mixer.js';
import { telemetryOf } from './telemetry.js';

interface Context {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
}

/** One listener per port of the gateways that the proxy implements (source: gateway.go). */
export function buildGatewayListeners(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): readonly ListenerView[] {
  const context = { push, proxy, diagnostics };
  return mergeGateways(push, proxy, diagnostics).flatMap((merged) => {
    const chains = dropRepeated(chainsOf(context, merged));
    return chains.length === 0 ? [] : [listener(context, merged, chains)];
  });
}

function listener({ push, proxy }: Context, merged: MergedPort, chains: readonly FilterChainView[]): ListenerView {
  const { wildcard } = proxyAddresses(proxy);
  const inspect = chains.some(({ match, tls }) => (match?.serverNames.length ?? 0) > 0 || (tls?.alpn.length ?? 0) > 0);
  return {
    name: `${wildcard}_${merged.port}`, bind: { ip: wildcard, port: merged.port }, direction: 'OUTBOUND', bindToPort: true, useOriginalDst: false, transparent: false,
    inspectors: inspect ? ['tls'] : [], detectionTimeoutMs: undefined, chains, servicePort: { number: merged.port, name: '' }, patchContext: 'GATEWAY',
    attributes: listenerAttributes(push, proxy, { role: 'gateway' }),
  };
}

function chainsOf(context: Context, { servers }: MergedPort): FilterChainView[] {
  const [first] = servers;
  if (!first) return [];
  if (isHttp(first.protocol)) return [chain(httpHandler(context, first))];
  return servers.flatMap((server) => {
    if (terminatesHttps(server)) return [chain(httpHandler(context, server), { match: serverNames(server), tls: serverTls(server.server) })];
    return tcpServer(context, server);
  });
}

/** A server name that came before keeps its chain: Envoy refuses two chains of the same condition. */
function dropRepeated(chains: readonly FilterChainView[]): FilterChainView[] {
  const seen = new Set<string>();
  return chains.filter(({ match }) => {
    const key = JSON.stringify(match ?? emptyMatch);
    return seen.has(key) ? false : seen.add(key);
  });
}

function serverNames({ hosts }: GatewayServer): FilterChainMatchView | undefined {
  const names = [...new Set(hosts.map((host) => host.slice(host.indexOf('/') + 1)))];
  return names.includes('*') ? undefined : { ...emptyMatch, serverNames: names };
}

function httpHandler({ push, proxy }: Context, server: GatewayServer): HttpHandlerView {
  return {
    kind: 'http', role: 'gateway', statPrefix: `outbound_${proxyAddresses(proxy).wildcard}_${server.port}`, routes: routeTableName(server), useRemoteAddress: true,
    acceptHttp10: acceptsHttp10(push, proxy), http2: false, grpcWeb: false, allowAbsoluteUrl: false, idleTimeoutMs: idleTimeout(proxy), authentication: undefined, rbac: undefined,
    mixer: mixerHttp(push, proxy, { role: 'gateway' }), telemetry: telemetryOf(push, proxy, { role: 'gateway' }),
  };
}

export function serverTls(server: Server): ServerTlsView | undefined {
  const { tls } = server;
  if (!tls || isPassthrough(server)) return undefined;
  const base = {
    alpn: ['h2', 'http/1.1'], subjectAltNames: tls.subjectAltNames, minVersion: tls.minProtocolVersion, maxVersion: tls.maxProtocolVersion,
    cipherSuites: tls.cipherSuites, spki: tls.verifyCertificateSpki, certificateHashes: tls.verifyCertificateHash,
    requireClientCertificate: tls.mode === TlsMode.MUTUAL || tls.mode === TlsMode.ISTIO_MUTUAL,
  };
  if (tls.mode === TlsMode.ISTIO_MUTUAL) return { ...base, source: { kind: 'workload' } };
  if (tls.credentialName !== '') return { ...base, source: { kind: 'credential', name: tls.credentialName, ca: tls.mode === TlsMode.MUTUAL } };
  return { ...base, source: { kind: 'files', certificate: tls.serverCertificate, key: tls.privateKey, ca: tls.caCertificates } };
}

function tcpServer(context: Context, server: GatewayServer): FilterChainView[] {
  const tls = server.server.tls;
  if (tls && isPassthrough(server.server)) {
    if (tls.mode !== TlsMode.AUTO_PASSTHROUGH) return passthroughChains(context, server);
    const handler = { ...tcpHandler({ ...context, mixer: undefined }, BLACK_HOLE), sniCluster: true };
    return [chain(handler, { match: serverNames(server) })];
  }
  return terminatedTcp(context, server);
}

function applies({ push, proxy }: Context, match: TLSMatchAttributes | L4MatchAttributes, server: GatewayServer): boolean {
  const bound = match.gateways.length > 0 ? match.gateways.includes(server.gatewayName) : labelSets.selects(match.sourceLabels, push.labelsOf(proxy));
  return bound && (match.port === 0 || match.port === server.port) && match.destinationSubnets.every(isCidr);
}

function site(context: Context, server: GatewayServer, host: string | undefined): TcpSite {
  const port: Port = { name: server.portName, port: server.port, protocol: server.protocol };
  const destination = host === undefined ? {} : { destination: destinationService(context.push, host) };
  return { ...context, port, mixer: mixerTcp(context.push, context.proxy, { role: 'gateway', ...destination }), telemetry: telemetryOf(context.push, context.proxy, { role: 'gateway' }) };
}

const boundServices = ({ push, proxy }: Context, server: GatewayServer): readonly VirtualServiceObject[] =>
  push.virtualServices.boundTo(server.gatewayName, proxy.configNamespace).filter((object) => intersectHosts(server, object).length > 0);

/** The first TCP route for the port; TLS, if any, ends here. */
function terminatedTcp(context: Context, server: GatewayServer): FilterChainView[] {
  for (const object of boundServices(context, server)) {
    for (const tcp of object.spec.tcp) {
      if (tcp.match.length > 0 && !tcp.match.some((match) => applies(context, match, server))) continue;
      const handler = routedTcpHandler(site(context, server, tcp.route[0]?.destination?.host), object, tcp.route);
      if (handler) return [chain(handler, { match: server.server.tls ? serverNames(server) : undefined, tls: serverTls(server.server), config: configPath(object, 'virtual-service') })];
    }
  }
  return [];
}

/** TLS stays as it is; the server name decides. */
function passthroughChains(context: Context, server: GatewayServer): FilterChainView[] {
  return boundServices(context, server).flatMap((object) => [
    ...object.spec.tls.flatMap((tls) =>
      tls.match.filter((match) => applies(context, match, server) && match.sniHosts.some((sni) => server.hosts.some((host) => hostNames.matches(sni, host.slice(host.indexOf('/') + 1))))).flatMap((match) => {
        const handler = routedTcpHandler(site(context, server, tls.route[0]?.destination?.host), object, tls.route);
        const names = match.sniHosts.includes('*') ? [] : match.sniHosts;
        const view = { ...emptyMatch, serverNames: names, destinations: destinationRanges(match.destinationSubnets) };
        return handler ? [chain(handler, { match: view })] : [];
      }),
    ),
  ]);
}
