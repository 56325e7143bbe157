import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import type { DocumentProblem } from '@quartet/config';
import { meshConfigKind, type ConfigObject, type ConfigSnapshot } from '@quartet/model';
import { mixerAddresses, mixerKinds } from './mixer-kinds.js';

const reason = 'has no meaning without Mixer; see quartet migrate';

/** Objects (and fields of the mesh configuration) that only Mixer would read, each by name. */
export function findMixerLeftovers(snapshot: ConfigSnapshot): DocumentProblem[] {
  const fields = snapshot.list<MeshConfig>(meshConfigKind.collection).flatMap((mesh) => mixerAddresses.filter((field) => mesh.spec[field] !== '').map((field) => leftover(mesh, field)));
  return [...fields, ...mixerKinds.flatMap(({ collection }) => snapshot.list(collection).map((object) => leftover(object)))];
}

function leftover({ kind, metadata: { namespace, name }, origin }: ConfigObject, field = ''): DocumentProblem {
  return { file: origin?.file ?? '', line: origin?.line ?? 1, kind, namespace, name, field, reason, severity: 'warning' };
}
