import { isIpv6, type Proxy } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import { proxyAddresses } from './addresses.js';
import { BLACK_HOLE, INBOUND_PASSTHROUGH_V4, INBOUND_PASSTHROUGH_V6, PASSTHROUGH } from './cluster-name.js';
import { namedDestination } from './destination-service.js';
import { acceptsHttp10, chain, emptyMatch, idleTimeout, tcpHandler } from './handlers.js';
import { plainRoute } from './http-routes.js';
import type { FilterChainView, HttpHandlerView, ListenerView } from './listener-view.js';
import { listenerAttributes, mixerTcp } from './mixer.js';
import { passthroughRbac } from './rbac.js';
import type { RbacView } from './rbac-view.js';
import { telemetryOf } from './telemetry.js';

const INBOUND_CAPTURE_PORT = 15006;

/** Where redirected outbound connections arrive before they are handed to the listener of their destination. */
export function virtualOutbound(push: PushContext, proxy: Proxy): ListenerView {
  const { wildcard } = proxyAddresses(proxy);
  const allowAny = push.sidecarScope(proxy).allowAny;
  const cluster = allowAny ? PASSTHROUGH : BLACK_HOLE;
  const blackHole = { ...tcpHandler({ push, proxy, mixer: undefined }, BLACK_HOLE), accessLog: false, idleTimeoutMs: undefined };
  const destination = { ...namedDestination(cluster), host: cluster };
  const rest = { ...tcpHandler({ push, proxy, mixer: mixerTcp(push, proxy, { role: 'outbound', destination }), telemetry: telemetryOf(push, proxy, { role: 'outbound' }) }, cluster), accessLog: allowAny };
  return {
    name: 'virtualOutbound', bind: { ip: wildcard, port: push.mesh.proxyListenPort || 15001 }, direction: 'UNSPECIFIED', bindToPort: true,
    useOriginalDst: true, transparent: proxy.interceptionMode === 'TPROXY', inspectors: [], detectionTimeoutMs: undefined,
    chains: [chain(blackHole, { match: { ...emptyMatch, destinations: [...proxy.ipAddresses] } }), chain(rest)],
    servicePort: undefined, patchContext: 'SIDECAR_OUTBOUND', attributes: listenerAttributes(push, proxy, { role: 'outbound' }),
  };
}

/** Where redirected inbound connections arrive: the chains of all inbound listeners by destination, then pass-through. */
export function virtualInbound(push: PushContext, proxy: Proxy, source: { inbound: readonly ListenerView[]; diagnostics: Diagnostics }): ListenerView {
  const { inbound, diagnostics } = source;
  const { wildcard, confined } = proxyAddresses(proxy);
  // A listener that is bound gets its connections itself.
  const captured = inbound.filter(({ bindToPort }) => !bindToPort);
  const copies = captured.flatMap((listener) => listener.chains.map((candidate): FilterChainView => {
    const ip = 'ip' in listener.bind ? listener.bind.ip : '';
    const port = 'port' in listener.bind ? listener.bind.port : 0;
    const match = candidate.match ?? emptyMatch;
    return { ...candidate, originalListener: listener.name, match: { ...match, destinationPort: port, destinations: [...match.destinations, ip] } };
  }));
  const sniff = push.features.sniffInbound;
  const inspectors = [
    'original_dst' as const,
    ...(sniff || captured.some((listener) => listener.inspectors.includes('tls')) ? (['tls'] as const) : []),
    ...(sniff ? (['http'] as const) : []),
  ];
  return {
    name: 'virtualInbound', bind: { ip: wildcard, port: INBOUND_CAPTURE_PORT }, direction: 'UNSPECIFIED', bindToPort: true, useOriginalDst: false,
    transparent: proxy.interceptionMode === 'TPROXY', inspectors, detectionTimeoutMs: push.features.inboundDetectionTimeoutMs,
    chains: [...passthroughChains(push, proxy, { confined, sniff, rbac: passthroughRbac(push, proxy, diagnostics) }), ...copies.sort((a, b) => (a.originalListener < b.originalListener ? -1 : a.originalListener > b.originalListener ? 1 : 0))],
    servicePort: undefined, patchContext: 'SIDECAR_INBOUND', attributes: {},
  };
}

/** On a shared loopback nothing is redirected, and passing a direct connection on would only come back here. */
function passthroughChains(push: PushContext, proxy: Proxy, options: { confined: boolean; sniff: boolean; rbac: RbacView | undefined }): FilterChainView[] {
  const families = [
    { used: proxy.ipAddresses.some((ip) => !isIpv6(ip)), range: '0.0.0.0/0', cluster: INBOUND_PASSTHROUGH_V4 },
    { used: proxy.ipAddresses.some(isIpv6), range: '::/0', cluster: INBOUND_PASSTHROUGH_V6 },
  ].filter(({ used }) => used);
  return families.flatMap(({ range, cluster }) => {
    const match = { ...emptyMatch, destinations: [range] };
    const target = options.confined ? BLACK_HOLE : cluster;
    const tcp = { ...chain({ ...tcpHandler({ push, proxy, mixer: undefined }, target), idleTimeoutMs: undefined, rbac: options.rbac }, { match }), originalListener: 'virtualInbound' };
    if (!options.sniff) return [tcp];
    const http = chain(passthroughHttp(push, proxy, target), { match: { ...match, applicationProtocols: ['http/1.0', 'http/1.1'] } });
    return [tcp, { ...http, originalListener: 'virtualInbound' }];
  });
}

function passthroughHttp(push: PushContext, proxy: Proxy, cluster: string): HttpHandlerView {
  const route = plainRoute({ name: 'default', cluster, timeoutMs: 0, operation: `${cluster}/*`, service: undefined });
  return {
    kind: 'http', role: 'inbound', statPrefix: cluster, useRemoteAddress: false, acceptHttp10: acceptsHttp10(push, proxy), http2: false, grpcWeb: false, allowAbsoluteUrl: false,
    idleTimeoutMs: idleTimeout(proxy), authentication: undefined, rbac: undefined, mixer: undefined,
    routes: {
      name: cluster, virtualHosts: [{ name: 'inbound|http|0', domains: ['*'], requireTls: false, routes: [route] }], mixer: undefined,
      patch: { context: 'SIDECAR_INBOUND', port: 0, portName: '', gateway: '' },
    },
  };
}
