import { mixerConfigOf, type MixerRuntime } from '@quartet/mixer-runtime';
import type { ConfigSnapshot, ConfigSource } from '@quartet/model';
import type { ConfigPods } from './config-pods.js';
import { podCollection, replicaSetCollection, replicationControllerCollection } from './collections.js';

export interface FollowerOptions {
  readonly runtime: MixerRuntime;
  readonly pods: ConfigPods;
  readonly legacyPlurals: readonly string[];
  /** A change is built when nothing followed for `quietMs`, or when it has waited for `maxMs`. */
  readonly quietMs: number;
  readonly maxMs: number;
  /** Called when a configuration is in force. */
  readonly applied: (version: string) => void;
}

const podCollections = new Set([podCollection, replicaSetCollection, replicationControllerCollection]);

/** Brings a source's states into the runtime: the first at once, later ones debounced; pods without a rebuild. */
export class ConfigFollower {
  #timer: NodeJS.Timeout | undefined;
  #firstChangeAt = 0;
  #unsubscribe: (() => void) | undefined;

  constructor(
    private readonly source: ConfigSource,
    private readonly options: FollowerOptions,
  ) {}

  /** Resolves when the first complete state is in force. */
  async start(): Promise<void> {
    await this.source.whenSynced();
    this.options.pods.update(this.source.snapshot);
    this.#unsubscribe = this.source.subscribe((snapshot, changed) => this.#changed(snapshot, changed));
    await this.rebuild();
  }

  /** Builds the present state anew. */
  async rebuild(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { snapshot } = this.source;
    await this.options.runtime.apply(mixerConfigOf(snapshot, this.options.legacyPlurals));
    this.options.applied(snapshot.version);
  }

  stop(): void {
    this.#unsubscribe?.();
    clearTimeout(this.#timer);
  }

  #changed(snapshot: ConfigSnapshot, changed: ReadonlySet<string>): void {
    if ([...changed].some((collection) => podCollections.has(collection))) this.options.pods.update(snapshot);
    if ([...changed].every((collection) => podCollections.has(collection))) return;
    const now = performance.now();
    if (this.#timer === undefined) this.#firstChangeAt = now;
    clearTimeout(this.#timer);
    const left = this.#firstChangeAt + this.options.maxMs - now;
    this.#timer = setTimeout(() => void this.rebuild(), Math.max(0, Math.min(this.options.quietMs, left)));
  }
}
