import type { KvWatchEntry } from '@nats-io/kv';
import { emptyComponentConfig, mergeComponentConfig, parseComponentConfig } from './component-config.js';
import { message } from './connection.js';
import { isDeletion } from './store.js';
import { componentConfigKey } from './subjects.js';
import type { ComponentConfig, ConfigApplier } from './types.js';

export interface ConfigOutcome {
  /** Version that is in force after the attempt. */
  readonly version: string;
  readonly error?: string;
}

/**
 * Merges a component's own configuration with that for all, and applies each new state once, one after another.
 * An absent key deletes nothing (the server may have restarted empty); only a deletion marker does.
 */
export class ConfigWatcher {
  readonly #allKey = componentConfigKey('*');
  readonly keys: string[];
  readonly #appliers = new Set<ConfigApplier>();
  #all: ComponentConfig | undefined;
  #own: ComponentConfig | undefined;
  #applied: ComponentConfig = emptyComponentConfig;
  #tried = '';
  #work: Promise<void> = Promise.resolve();

  constructor(
    component: string,
    private readonly report: (outcome: ConfigOutcome) => void,
  ) {
    this.keys = [this.#allKey, componentConfigKey(component)];
  }

  /** A late applier is given what is in force at once. */
  add(applier: ConfigApplier): () => void {
    this.#appliers.add(applier);
    if (this.#tried !== '') this.#queue(async () => void (await this.#try(mergeComponentConfig(this.#all, this.#own), [applier])));
    return () => this.#appliers.delete(applier);
  }

  onEntry(entry: KvWatchEntry): void {
    const parsed = this.#parse(entry);
    if (parsed instanceof Error) return this.report({ version: this.#applied.version, error: `${entry.key}: ${parsed.message}` });
    if (entry.key === this.#allKey) this.#all = parsed;
    else this.#own = parsed;
    if (entry.isUpdate) this.refresh();
  }

  /** Sets both parts directly (a local bus has no bucket). */
  set(component: string, config: ComponentConfig | undefined): void {
    if (component === '*') this.#all = config;
    else this.#own = config;
    this.refresh();
  }

  refresh(): void {
    const next = mergeComponentConfig(this.#all, this.#own);
    const state = JSON.stringify(next);
    if (state === this.#tried || (this.#tried === '' && next === emptyComponentConfig)) return;
    this.#tried = state;
    this.#queue(() => this.#try(next, [...this.#appliers]));
  }

  #parse(entry: KvWatchEntry): ComponentConfig | undefined | Error {
    if (isDeletion(entry)) return undefined;
    try {
      return parseComponentConfig(entry.json());
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #queue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work);
  }

  async #try(config: ComponentConfig, appliers: readonly ConfigApplier[]): Promise<void> {
    const errors: string[] = [];
    for (const apply of appliers) {
      try {
        const refused = await apply(config);
        if (typeof refused === 'string') errors.push(refused);
      } catch (error) {
        errors.push(message(error));
      }
    }
    if (errors.length === 0) this.#applied = config;
    this.report(errors.length === 0 ? { version: config.version } : { version: this.#applied.version, error: `${config.version}: ${errors.join('; ')}` });
  }
}
