import { durationMs, parseDuration, type Proxy } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';
import type { FailPolicyView, MixerHttpView, MixerTcpView } from './mixer-view.js';
import type { DestinationServiceView } from './route-view.js';

export type MixerRole = 'inbound' | 'outbound' | 'gateway';

/** Where an inbound listener listens, for destination.ip and destination.port. */
export interface InboundAddress {
  readonly ip: string;
  readonly port: number;
}

const annotation = (proxy: Proxy, name: string): string => {
  const value = proxy.metadata[`policy.istio.io/${name}`];
  return typeof value === 'string' ? value : '';
};

export function mixerActive(push: PushContext): boolean {
  return push.features.telemetry === 'mixer' && (push.mesh.mixerCheckServer !== '' || push.mesh.mixerReportServer !== '');
}

/** undefined: Mixer has no part in such listeners. */
export function mixerHttp(push: PushContext, proxy: Proxy, site: { role: MixerRole; address?: InboundAddress }): MixerHttpView | undefined {
  if (!mixerActive(push)) return undefined;
  const check = checks(push, proxy, site.role);
  const report = !push.mesh.disableMixerHttpReports;
  if (!check && !report) return undefined;
  return {
    check, report,
    failPolicy: failPolicy(push, proxy),
    attributes: listenerAttributes(push, proxy, site),
    forward: site.role === 'inbound' ? {} : { 'source.uid': `kubernetes://${proxy.id}` },
    ignoreForwarded: proxy.type === 'router',
  };
}

export function mixerTcp(push: PushContext, proxy: Proxy, site: { role: MixerRole; address?: InboundAddress; destination?: DestinationServiceView }): MixerTcpView | undefined {
  if (!mixerActive(push)) return undefined;
  return {
    check: checks(push, proxy, site.role),
    report: true,
    failPolicy: failPolicy(push, proxy),
    attributes: { ...listenerAttributes(push, proxy, site), ...(site.destination ? destinationAttributes(site.destination) : {}) },
  };
}

/** The attributes that are the same for everything that passes a listener. */
export function listenerAttributes(push: PushContext, proxy: Proxy, site: { role: MixerRole; address?: InboundAddress }): Readonly<Record<string, string>> {
  if (!mixerActive(push)) return {};
  const uid = `kubernetes://${proxy.id}`;
  const side = site.role === 'inbound' ? 'destination' : 'source';
  const dot = proxy.id.lastIndexOf('.');
  const meshId = proxy.metadata.MESH_ID;
  return {
    [`${side}.uid`]: uid,
    ...(dot >= 0 ? { [`${side}.namespace`]: proxy.id.slice(dot + 1) } : {}),
    'context.reporter.uid': uid,
    'context.reporter.kind': site.role === 'inbound' ? 'inbound' : 'outbound',
    ...(proxy.istioVersion === '' ? {} : { 'context.proxy_version': proxy.istioVersion }),
    ...(site.role === 'inbound' && typeof meshId === 'string' && meshId !== '' ? { 'destination.mesh.id': meshId } : {}),
    ...(site.address ? { 'destination.ip': site.address.ip, 'destination.port': String(site.address.port) } : {}),
  };
}

/** destination.service.*, without what is unknown. */
export function destinationAttributes(service: DestinationServiceView): Readonly<Record<string, string>> {
  const all = {
    'destination.service.host': service.host, 'destination.service.name': service.name,
    'destination.service.namespace': service.namespace, 'destination.service.uid': service.uid,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function checks(push: PushContext, proxy: Proxy, role: MixerRole): boolean {
  if (push.mesh.mixerCheckServer === '') return false;
  switch (annotation(proxy, 'check')) {
    case 'disable':
      return false;
    case 'enable':
    case 'allow-on-error':
      return true;
    default:
      return !push.mesh.disablePolicyChecks && (role !== 'outbound' || push.mesh.enableClientSidePolicyCheck);
  }
}

function failPolicy(push: PushContext, proxy: Proxy): FailPolicyView {
  const check = annotation(proxy, 'check');
  const open = check === 'allow-on-error' || check === 'disable' || (check !== 'enable' && push.mesh.policyCheckFailOpen);
  return {
    policy: open ? 'FAIL_OPEN' : 'FAIL_CLOSE',
    maxRetry: Math.max(0, Math.trunc(Number(annotation(proxy, 'checkRetries')) || 0)),
    baseRetryWaitMs: durationMs(parseDuration(annotation(proxy, 'checkBaseRetryWaitTime'))) ?? 80,
    maxRetryWaitMs: durationMs(parseDuration(annotation(proxy, 'checkMaxRetryWaitTime'))) ?? 1000,
  };
}
