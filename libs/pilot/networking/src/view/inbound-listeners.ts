import { durationMs, isHttp, isHttp2, type Proxy } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import { inboundAuthentication, type InboundAuthentication } from './authentication.js';
import { inboundCluster } from './cluster-name.js';
import { serviceAttributes } from './destination-service.js';
import { acceptsHttp10, chain, emptyMatch, idleTimeout, tcpHandler, workloadTls } from './handlers.js';
import { plainRoute } from './http-routes.js';
import { inboundTargets, type InboundTarget } from './inbound-targets.js';
import type { FilterChainMatchView, FilterChainView, HttpHandlerView, ListenerView, TcpHandlerView } from './listener-view.js';
import { listenerAttributes, mixerHttp, mixerTcp } from './mixer.js';
import { workloadRateLimits } from './rate-limit.js';
import { workloadRbac } from './rbac.js';
import { sniffsInbound } from './sniffing.js';
import { telemetryOf } from './telemetry.js';

/** Listeners for what enters the workload, one per address and port (source: listener.go, buildSidecarInboundListeners). */
export function buildInboundListeners(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): readonly ListenerView[] {
  const taken = new Map<string, string>();
  const listeners: ListenerView[] = [];
  for (const target of inboundTargets(push, proxy)) {
    if (target.port.protocol === 'UDP') continue;
    const name = `${target.bind.ip}_${target.bind.port}`;
    const owner = taken.get(name);
    if (owner !== undefined) {
      if (owner !== target.service.hostname) {
        diagnostics.warn('CONFLICT_INBOUND_LISTENER', { object: target.service.hostname, field: name }, `${owner} has this address of the workload already; this one is left out`);
      }
      continue;
    }
    taken.set(name, target.service.hostname);
    listeners.push(listenerOf({ push, proxy, diagnostics }, target, name));
  }
  return listeners;
}

interface Context {
  readonly push: PushContext;
  readonly proxy: Proxy;
  readonly diagnostics: Diagnostics;
}

function listenerOf(context: Context, target: InboundTarget, name: string): ListenerView {
  const { push, proxy } = context;
  const authentication = inboundAuthentication(push, target, context.diagnostics);
  const sniffed = !target.managed && sniffsInbound(push, target.port);
  const chains = target.managed ? [chain(managedHandler(context, target))] : chainsOf(context, target, { authentication, sniffed });
  const tls = chains.some((candidate) => candidate.tls !== undefined);
  return {
    name, bind: target.bind, direction: 'INBOUND', bindToPort: target.bindToPort, useOriginalDst: false, transparent: false,
    inspectors: [...(tls || sniffed ? (['tls'] as const) : []), ...(sniffed ? (['http'] as const) : [])],
    detectionTimeoutMs: durationMs(push.mesh.protocolDetectionTimeout),
    chains, servicePort: { number: target.port.port, name: target.port.name }, patchContext: target.managed ? undefined : 'SIDECAR_INBOUND',
    attributes: listenerAttributes(push, proxy, { role: 'inbound', address: target.bind }),
  };
}

interface Modes {
  readonly authentication: InboundAuthentication;
  readonly sniffed: boolean;
}

function chainsOf(context: Context, target: InboundTarget, { authentication, sniffed }: Modes): FilterChainView[] {
  const bases = tlsChoices(authentication);
  if (!sniffed) return bases.map((base) => chain(isHttp(target.port.protocol) ? httpHandler(context, target, authentication) : tcpOf(context, target), base));
  const http = bases.map((base) => chain(httpHandler(context, target, authentication), { ...base, match: withHttp(base.match) }));
  return [...http, ...bases.map((base) => chain(tcpOf(context, target), base))];
}

/** STRICT: TLS only. PERMISSIVE: TLS for those who say `istio` in ALPN, else plain text. */
function tlsChoices({ mtls }: InboundAuthentication): { match?: FilterChainMatchView; tls?: typeof workloadTls }[] {
  if (mtls === 'DISABLE') return [{}];
  if (mtls === 'STRICT') return [{ tls: workloadTls }];
  return [{ match: { ...emptyMatch, applicationProtocols: ['istio'] }, tls: workloadTls }, { match: emptyMatch }];
}

function withHttp(match: FilterChainMatchView = emptyMatch): FilterChainMatchView {
  const istio = match.applicationProtocols[0] === 'istio';
  return { ...match, applicationProtocols: [...match.applicationProtocols, 'http/1.0', 'http/1.1'], transportProtocol: istio ? 'tls' : match.transportProtocol };
}

function httpHandler(context: Context, target: InboundTarget, authentication: InboundAuthentication): HttpHandlerView {
  const { push, proxy } = context;
  const { service, port } = target;
  const cluster = inboundCluster(service.hostname, port.port, port.name);
  const route = plainRoute({
    name: 'default', cluster, timeoutMs: 0, operation: `${service.hostname}:${port.port}/*`,
    service: serviceAttributes(service), quotaSpecs: push.quotas.specsFor(service.hostname),
  });
  const mixer = mixerHttp(push, proxy, { role: 'inbound', address: target.bind });
  const telemetry = telemetryOf(push, proxy, { role: 'inbound', service: serviceAttributes(service) });
  const rateLimits = workloadRateLimits(push, proxy, port.port);
  return {
    kind: 'http', role: 'inbound', statPrefix: `inbound_${target.bind.ip}_${target.bind.port}`, useRemoteAddress: false,
    routes: {
      name: cluster, virtualHosts: [{ name: `inbound|http|${port.port}`, domains: ['*'], requireTls: false, routes: [route] }], mixer, telemetry, rateLimits,
      patch: { context: 'SIDECAR_INBOUND', port: port.port, portName: port.name, gateway: '' },
    },
    acceptHttp10: acceptsHttp10(push, proxy), http2: isHttp2(port.protocol), grpcWeb: port.protocol === 'GRPC-Web', allowAbsoluteUrl: false, idleTimeoutMs: idleTimeout(proxy),
    authentication: authentication.http,
    rbac: workloadRbac(push, proxy, { service, port, protocol: 'http' }, context.diagnostics),
    mixer, telemetry, rateLimits,
  };
}

function tcpOf(context: Context, target: InboundTarget): TcpHandlerView {
  const { push, proxy } = context;
  const { service, port } = target;
  const mixer = mixerTcp(push, proxy, { role: 'inbound', address: target.bind });
  const handler = tcpHandler({ push, proxy, port, mixer, telemetry: telemetryOf(push, proxy, { role: 'inbound', service: serviceAttributes(service) }) }, inboundCluster(service.hostname, port.port, port.name));
  return { ...handler, idleTimeoutMs: undefined, rbac: workloadRbac(push, proxy, { service, port, protocol: 'tcp' }, context.diagnostics) };
}

function managedHandler({ push, proxy }: Context, { service, port }: InboundTarget): TcpHandlerView {
  return tcpHandler({ push, proxy, mixer: undefined }, inboundCluster(service.hostname, port.port, port.name));
}
