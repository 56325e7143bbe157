import type { CollectionSnapshot, Snapshot } from './snapshot.js';

/** Given the newer state, or undefined when the source ends the watch. */
export type WatchAnswer = (state: CollectionSnapshot | undefined) => void;

interface Watch {
  readonly collection: string;
  readonly known: string;
  readonly answer: WatchAnswer;
}

const nothing = (): void => {};

/** The snapshot of each group and the watches that wait for a newer one (Istio 1.4 pkg/mcp/snapshot). Answers are given synchronously. */
export class SnapshotCache {
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #watches = new Map<string, Set<Watch>>();

  snapshot(group: string): Snapshot | undefined {
    return this.#snapshots.get(group);
  }

  /** Swaps the snapshot; every waiting watch that knows another version is answered and gone. */
  setSnapshot(group: string, snapshot: Snapshot): void {
    this.#snapshots.set(group, snapshot);
    const watches = this.#watches.get(group);
    for (const watch of [...(watches ?? [])]) {
      const state = snapshot.get(watch.collection);
      if (!state || state.version === watch.known) continue;
      watches?.delete(watch);
      watch.answer(state);
    }
  }

  clearSnapshot(group: string): void {
    this.#snapshots.delete(group);
  }

  /** Answers once: at once if the state differs from the known version, else when it does. Returns the cancel function. */
  watch(group: string, { collection, known }: { readonly collection: string; readonly known: string }, answer: WatchAnswer): () => void {
    const state = this.#snapshots.get(group)?.get(collection);
    if (state && state.version !== known) {
      answer(state);
      return nothing;
    }
    const watch = { collection, known, answer };
    const watches = this.#watches.get(group) ?? new Set();
    this.#watches.set(group, watches.add(watch));
    return () => void watches.delete(watch);
  }

  /** Ends every watch of a group. */
  closeWatches(group: string): void {
    const watches = this.#watches.get(group);
    this.#watches.delete(group);
    for (const { answer } of watches ?? []) answer(undefined);
  }

  close(): void {
    for (const group of [...this.#watches.keys()]) this.closeWatches(group);
  }
}
