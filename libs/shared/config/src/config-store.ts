import type { ConfigObject, ConfigSource } from '@quartet/model';
import { CollectionSlice, emptySlice, emptySnapshot, Snapshot } from './snapshot.js';

type Listener = (snapshot: Snapshot, changed: ReadonlySet<string>) => void;

/**
 * A ConfigSource that one writer fills. A write swaps one reference and tells the listeners exactly which collections
 * differ; a write that changes nothing tells nobody. Objects count as the same if they are the same reference.
 */
export class ConfigStore implements ConfigSource {
  #snapshot: Snapshot = emptySnapshot;
  #synced = false;
  #sync!: () => void;
  readonly #whenSynced = new Promise<void>((resolve) => (this.#sync = resolve));
  readonly #listeners = new Set<Listener>();

  /** @param onListenerError a listener's fault is reported and doesn't keep the others from being told. */
  constructor(private readonly onListenerError: (error: unknown) => void = () => {}) {}

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get synced(): boolean {
    return this.#synced;
  }

  whenSynced(): Promise<void> {
    return this.#whenSynced;
  }

  markSynced(): void {
    this.#synced = true;
    this.#sync();
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Replaces the collections that are named; others stay. Returns those that differ. */
  replace(collections: ReadonlyMap<string, Iterable<ConfigObject>>): ReadonlySet<string> {
    const slices = new Map(this.#snapshot.slices);
    const changed = new Set<string>();
    for (const [collection, objects] of collections) {
      const next = new CollectionSlice(objects);
      if (next.equals(slices.get(collection) ?? emptySlice)) continue;
      changed.add(collection);
      slices.set(collection, next);
    }
    if (changed.size > 0) this.#swap(new Snapshot(slices), changed);
    return changed;
  }

  /** Replaces everything: a collection that isn't named becomes empty. */
  replaceAll(collections: ReadonlyMap<string, Iterable<ConfigObject>>): ReadonlySet<string> {
    const gone = [...this.#snapshot.slices.keys()].filter((collection) => !collections.has(collection));
    return this.replace(new Map([...collections, ...gone.map((collection) => [collection, []] as const)]));
  }

  #swap(snapshot: Snapshot, changed: ReadonlySet<string>): void {
    this.#snapshot = snapshot;
    for (const listener of [...this.#listeners]) {
      try {
        listener(snapshot, changed);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }
}
