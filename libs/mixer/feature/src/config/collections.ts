import { templates } from '@quartet/mixer-adapter-sdk';
import { mixerCollections } from '@quartet/mixer-runtime';
import { kindByName } from '@quartet/model';

export const podCollection = 'k8s/core/v1/pods';
export const replicaSetCollection = 'k8s/apps/v1/replicasets';
export const replicationControllerCollection = 'k8s/core/v1/replicationcontrollers';

/** The plurals of the legacy kinds of these adapters and of the templates. */
export function legacyPlurals(adapterNames: Iterable<string>): string[] {
  return [...adapterNames, ...Object.keys(templates)].flatMap((kind) => kindByName('config.istio.io/v1alpha2', kind)?.plural ?? []);
}

/** What Mixer asks its source for. */
export function collectionsOf(plurals: readonly string[]): string[] {
  return [...Object.values(mixerCollections), podCollection, ...plurals.map((plural) => `istio/config/v1alpha2/legacy/${plural}`)];
}
