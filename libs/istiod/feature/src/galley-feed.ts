import { ConfigStore } from '@quartet/config';
import { servedKinds, syntheticInputs, syntheticServiceEntries, type SyntheticOptions } from '@quartet/galley-processing';
import { syntheticServiceEntryKind, type ConfigObject, type ConfigSnapshot, type ConfigSource, type Kind } from '@quartet/model';
import { isMixerKind, meshWithoutMixer } from './mixer-kinds.js';

const fedKinds = servedKinds.filter((kind) => !isMixerKind(kind));

/** What Galley would serve over MCP, handed to Pilot in the process: the same collections, less those that only Mixer reads. */
export class GalleyFeed extends ConfigStore {
  constructor(private readonly synthetic: SyntheticOptions) {
    super();
  }

  /** Takes every snapshot of `source` from its first complete one on. */
  follow(source: ConfigSource): this {
    void source.whenSynced().then(() => {
      this.#take(source.snapshot, fedKinds);
      this.markSynced();
      source.subscribe((snapshot, changed) => this.#take(snapshot, fedKinds.filter((kind) => inputsOf(kind).some((collection) => changed.has(collection)))));
    });
    return this;
  }

  #take(snapshot: ConfigSnapshot, kinds: readonly Kind[]): void {
    this.replace(new Map(kinds.map((kind) => [kind.collection, this.#objects(kind, snapshot)])));
  }

  #objects(kind: Kind, snapshot: ConfigSnapshot): readonly ConfigObject[] {
    if (kind === syntheticServiceEntryKind) return syntheticServiceEntries(snapshot, this.synthetic);
    return snapshot.list(kind.collection).map(meshWithoutMixer);
  }
}

/** Collections that a fed collection is made of. */
function inputsOf(kind: Kind): readonly string[] {
  return kind === syntheticServiceEntryKind ? syntheticInputs : [kind.collection];
}
