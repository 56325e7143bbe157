import type { IstioEndpoint, Proxy } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';
import type { MixerRole } from './mixer.js';
import type { DestinationServiceView } from './route-view.js';
import type { TelemetryView, WorkloadView } from './telemetry-view.js';

/** undefined: metrics are Mixer's business. */
export function telemetryOf(push: PushContext, proxy: Proxy, site: { role: MixerRole; service?: DestinationServiceView }): TelemetryView | undefined {
  if (push.features.telemetry !== 'envoy') return undefined;
  return { reporter: site.role === 'inbound' ? 'destination' : 'source', workload: ownWorkload(push, proxy), service: site.service };
}

function ownWorkload(push: PushContext, proxy: Proxy): WorkloadView {
  const { WORKLOAD_NAME, NAMESPACE } = proxy.metadata;
  const workload = typeof WORKLOAD_NAME === 'string' ? WORKLOAD_NAME : '';
  const namespace = typeof NAMESPACE === 'string' && NAMESPACE !== '' ? NAMESPACE : proxy.configNamespace;
  return { ...named(push.labelsOf(proxy), workload), namespace, cluster: proxy.clusterId };
}

/** Who stands behind an endpoint, as far as its Pod is known. */
export function endpointWorkload(push: PushContext, endpoint: IstioEndpoint): WorkloadView | undefined {
  if (push.features.telemetry !== 'envoy' || endpoint.uid === '') return undefined;
  return { ...named(endpoint.labels, endpoint.workloadName ?? ''), namespace: endpoint.uid.slice(endpoint.uid.lastIndexOf('.') + 1), cluster: '' };
}

/** Canonical names: their own labels, else app and version, as from Istio 1.5 on. */
function named(labels: Readonly<Record<string, string>>, workload: string): Omit<WorkloadView, 'namespace' | 'cluster'> {
  const app = labels.app ?? '';
  const version = labels.version ?? '';
  return {
    workload, app, version,
    canonicalService: labels['service.istio.io/canonical-name'] ?? (app || workload),
    canonicalRevision: labels['service.istio.io/canonical-revision'] ?? (version || 'latest'),
  };
}
