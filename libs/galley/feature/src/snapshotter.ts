import { CollectionSnapshot, createSnapshot, type SnapshotCache } from '@quartet/mcp';
import { DEFAULT_GROUP, groupOf, projectCollection, servedKinds, syntheticInputs, syntheticServiceEntries, SYNTHETIC_GROUP, type SyntheticOptions } from '@quartet/galley-processing';
import { CollectionSlice, type Snapshot } from '@quartet/config';
import { syntheticServiceEntryKind, type Kind } from '@quartet/model';

export interface Published {
  /** Collections that were projected anew. */
  readonly collections: readonly string[];
  readonly leftOut: readonly string[];
}

const groups = [DEFAULT_GROUP, SYNTHETIC_GROUP];

/** Projects snapshots of objects into snapshots of MCP resources. A collection that didn't change keeps its encoded form. */
export class Snapshotter {
  readonly #collections = new Map<string, CollectionSnapshot>();

  constructor(
    private readonly cache: SnapshotCache,
    private readonly synthetic: SyntheticOptions,
  ) {}

  get collections(): ReadonlyMap<string, CollectionSnapshot> {
    return this.#collections;
  }

  /** Swaps the snapshot of each group; `changed` undefined means all collections. */
  publish(snapshot: Snapshot, changed?: ReadonlySet<string>): Published {
    const kinds = servedKinds.filter((kind) => !changed || inputsOf(kind).some((collection) => changed.has(collection)));
    const leftOut = kinds.flatMap((kind) => this.#project(kind, snapshot));
    const touched = new Set(kinds.map(({ collection }) => groupOf(collection)));
    for (const group of groups) {
      if (touched.has(group)) this.cache.setSnapshot(group, createSnapshot([...this.#collections.values()].filter(({ collection }) => groupOf(collection) === group)));
    }
    return { collections: kinds.map(({ collection }) => collection), leftOut };
  }

  #project(kind: Kind, snapshot: Snapshot): readonly string[] {
    const slice = kind === syntheticServiceEntryKind ? new CollectionSlice(syntheticServiceEntries(snapshot, this.synthetic)) : (snapshot.slices.get(kind.collection) ?? emptySlice);
    const { collection, version, resources, leftOut } = projectCollection(kind, slice.list, slice.version);
    if (this.#collections.get(collection)?.version !== version) this.#collections.set(collection, new CollectionSnapshot(collection, version, resources));
    return leftOut;
  }
}

const emptySlice = new CollectionSlice([]);

/** Collections of objects that a served collection is made of. */
function inputsOf(kind: Kind): readonly string[] {
  return kind === syntheticServiceEntryKind ? syntheticInputs : [kind.collection];
}
