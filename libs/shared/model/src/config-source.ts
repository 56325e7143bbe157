import type { ConfigObject } from './config-object.js';

/** Everything known at one moment. Immutable; a new state is a new snapshot. */
export interface ConfigSnapshot {
  /** Changes whenever content changes. */
  readonly version: string;
  /** Objects of a collection in a stable order (namespace, then name); empty if the collection is unknown. */
  list<T = unknown>(collection: string): readonly ConfigObject<T>[];
  get<T = unknown>(collection: string, namespace: string, name: string): ConfigObject<T> | undefined;
}

/** The port through which a component sees configuration: files, MCP or (later) the Kubernetes API stand behind it. */
export interface ConfigSource {
  readonly snapshot: ConfigSnapshot;
  /** True once every collection has been received for the first time. */
  readonly synced: boolean;
  /** Resolves when `synced` becomes true. */
  whenSynced(): Promise<void>;
  /** Called after each swap with the collections that changed; returns the unsubscribe function. */
  subscribe(listener: (snapshot: ConfigSnapshot, changed: ReadonlySet<string>) => void): () => void;
  close(): Promise<void>;
}
