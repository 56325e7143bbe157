import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import type { Diagnostics } from '../diagnostics.js';
import type { ClusterView } from '../view/cluster-view.js';
import type { PatchContextView } from '../view/route-view.js';
import { mergeValue, messageFromValue, type MessageType } from './message.js';
import { ApplyTo, attempt, fitsContext, Operation, patchesOf, type PatchSet, type SelectedPatch } from './selection.js';

const type: MessageType<Cluster> = { name: 'envoy.config.cluster.v3.Cluster', codec: Cluster };

export interface BuiltCluster {
  readonly view: ClusterView | undefined;
  readonly cluster: Cluster;
}

export function patchClusters(built: readonly BuiltCluster[], set: PatchSet, site: { router: boolean; diagnostics: Diagnostics }): readonly BuiltCluster[] {
  const { diagnostics } = site;
  const contextOf = (view: ClusterView | undefined): PatchContextView => (site.router ? 'GATEWAY' : view?.direction === 'inbound' ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND');
  let result = [...built];
  for (const patch of patchesOf(set, ApplyTo.CLUSTER, Operation.MERGE, Operation.REMOVE)) {
    result = result.flatMap((entry) => {
      if (!fitsContext(patch, contextOf(entry.view)) || !fitsCluster(patch, entry)) return [entry];
      if (patch.operation === Operation.REMOVE) return [];
      return [{ ...entry, cluster: attempt(patch, entry.cluster, { diagnostics, apply: () => mergeValue(type, entry.cluster, patch.value) }) }];
    });
  }
  for (const patch of patchesOf(set, ApplyTo.CLUSTER, Operation.ADD)) {
    const contexts: readonly PatchContextView[] = site.router ? ['GATEWAY'] : ['SIDECAR_OUTBOUND', 'SIDECAR_INBOUND'];
    if (!contexts.some((context) => fitsContext(patch, context))) continue;
    const cluster = attempt<Cluster | undefined>(patch, undefined, { diagnostics, apply: () => messageFromValue(type, patch.value) });
    if (cluster) result.push({ view: undefined, cluster });
  }
  return result;
}

function fitsCluster(patch: SelectedPatch, { view, cluster }: BuiltCluster): boolean {
  const match = patch.match?.cluster;
  if (!match) return true;
  if (match.name !== '') return match.name === cluster.name;
  if (match.subset !== '' && match.subset !== view?.service?.subset) return false;
  if (match.service !== '' && match.service !== view?.service?.hostname) return false;
  return match.portNumber === 0 || match.portNumber === view?.service?.port;
}
