import { componentConfigKind, kinds, syntheticServiceEntryKind, type Kind } from '@quartet/model';

/** Collections that a sink may ask for but that hold nothing without a Kubernetes API, and have no version: never answered. */
const unanswered: ReadonlySet<string> = new Set(['k8s/apps/v1/deployments']);

/** Kinds that only Galley itself reads. */
const internal = (kind: Kind): boolean => kind === componentConfigKind;

/** Every kind that is served over MCP; a collection without objects is served empty, since sinks wait for a first push of each. */
export const servedKinds: readonly Kind[] = Object.freeze(kinds.filter((kind) => !internal(kind)));

const served: ReadonlySet<string> = new Set(servedKinds.map(({ collection }) => collection));

export function isServed(collection: string): boolean {
  return served.has(collection) || unanswered.has(collection);
}

export const DEFAULT_GROUP = 'default';
export const SYNTHETIC_GROUP = 'syntheticServiceEntry';

/** Group of the snapshot in which a collection stands (Istio 1.4 galley/pkg/config/processor/groups). */
export function groupOf(collection: string): string {
  return collection === syntheticServiceEntryKind.collection ? SYNTHETIC_GROUP : DEFAULT_GROUP;
}
