import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { kinds, meshConfigKind, type ConfigObject, type Kind } from '@quartet/model';

/** Fields of the mesh configuration that name Mixer. */
export const mixerAddresses = ['mixerCheckServer', 'mixerReportServer'] as const satisfies readonly (keyof MeshConfig)[];

/** Kinds that only Mixer and its clients read. */
export const isMixerKind = ({ group }: Kind): boolean => group === 'config.istio.io';

export const mixerKinds: readonly Kind[] = kinds.filter(isMixerKind);

/** A mesh configuration without Mixer's addresses, by which Pilot generates nothing for it; any other object as it is. */
export function meshWithoutMixer(object: ConfigObject): ConfigObject {
  if (object.collection !== meshConfigKind.collection) return object;
  return { ...object, spec: { ...(object.spec as MeshConfig), mixerCheckServer: '', mixerReportServer: '' } };
}
