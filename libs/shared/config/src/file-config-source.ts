import type { ConfigSource } from '@quartet/model';
import { watch } from 'chokidar';
import { ConfigStore } from './config-store.js';
import { Debounce } from './debounce.js';
import type { DocumentProblem } from './document-problem.js';
import { FolderParser, type BadDocuments } from './folder-parser.js';
import { FolderReader } from './folder-reader.js';
import type { Snapshot } from './snapshot.js';

export interface ConfigLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** Events get lost (and some file systems give none): the folder is looked through this often besides; only what changed is read. */
const pollMs = 2_000;

export const silentLog: ConfigLog = Object.freeze({ debug: () => {}, info: () => {}, warn: () => {} });

export interface FileConfigOptions {
  readonly dir: string;
  readonly log?: ConfigLog;
  /** After each reading, if they differ from before: everything that is wrong now. */
  readonly onProblems?: (problems: readonly DocumentProblem[]) => void;
  /** Namespace of namespaced objects that name none; default `default`. */
  readonly defaultNamespace?: string;
  /** Default `remove`, as Istio 1.4 does it with files. */
  readonly badDocuments?: BadDocuments;
  /** Milliseconds of quiet before changes are read, and the longest a change waits; default 100 and 1000. */
  readonly debounceMs?: { readonly quiet: number; readonly max: number };
  /** False: the folder is read once and on `reload()`. */
  readonly watch?: boolean;
}

export interface FileConfigSource extends ConfigSource {
  readonly snapshot: Snapshot;
  readonly problems: readonly DocumentProblem[];
  /** Reads the folder now; resolves when its state is in the snapshot. */
  reload(): Promise<void>;
}

/**
 * Configuration from a folder of YAML manifests, several documents a file. A document that can't be used is reported with
 * file, line and field while the rest goes on. Rewriting the same content changes nothing. `synced` after the first complete reading; a folder
 * that can't be read is reported and tried again at the next change.
 */
export function createFileConfigSource(options: FileConfigOptions): FileConfigSource {
  return new FolderConfigSource(options).start();
}

class FolderConfigSource extends ConfigStore implements FileConfigSource {
  readonly #reader: FolderReader;
  readonly #parser: FolderParser;
  readonly #log: ConfigLog;
  readonly #debounce: Debounce;
  #problems: readonly DocumentProblem[] = [];
  #reading: Promise<void> = Promise.resolve();
  #watcher: ReturnType<typeof watch> | undefined;
  #poll: NodeJS.Timeout | undefined;
  /** Readings asked for and not yet done. */
  #pending = 0;

  constructor(private readonly options: FileConfigOptions) {
    const { dir, log = silentLog, defaultNamespace = 'default', badDocuments = 'remove', debounceMs = { quiet: 100, max: 1_000 } } = options;
    super((error) => log.warn(`a listener failed: ${String(error)}`));
    this.#log = log;
    this.#reader = new FolderReader(dir);
    this.#parser = new FolderParser(defaultNamespace, badDocuments);
    this.#debounce = new Debounce(debounceMs, () => void this.reload());
  }

  get problems(): readonly DocumentProblem[] {
    return this.#problems;
  }

  start(): this {
    if (this.options.watch ?? true) {
      this.#watcher = watch(this.options.dir, { ignoreInitial: true });
      this.#watcher.on('all', () => this.#debounce.trigger());
      // A file changed again while its first event is being handled gives no event of its own, only a raw one.
      this.#watcher.on('raw', () => this.#debounce.trigger());
      this.#watcher.on('ready', () => this.#debounce.trigger());
      this.#watcher.on('error', (error) => this.#log.warn(`watching ${this.options.dir}: ${String(error)}`));
      this.#poll = setInterval(() => void (this.#pending === 0 && this.reload()), pollMs).unref();
    }
    void this.reload();
    return this;
  }

  /** Readings follow one another, so that an older state never comes after a newer one. */
  reload(): Promise<void> {
    this.#pending += 1;
    this.#reading = this.#reading.then(() => this.#read()).finally(() => (this.#pending -= 1));
    return this.#reading;
  }

  override async close(): Promise<void> {
    clearInterval(this.#poll);
    this.#debounce.cancel();
    await this.#watcher?.close();
    await this.#reading;
    await super.close();
  }

  async #read(): Promise<void> {
    try {
      const { collections, problems } = this.#parser.parse(await this.#reader.read());
      const changed = this.replaceAll(collections);
      if (changed.size > 0) this.#log.debug(`${this.options.dir}: changed: ${[...changed].join(', ')}`);
      this.#report(problems);
      if (!this.synced) this.markSynced();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#report([{ file: this.options.dir, line: 1, kind: '', namespace: '', name: '', field: '', reason: `the folder can't be read: ${reason}`, severity: 'error' }]);
    }
  }

  #report(problems: readonly DocumentProblem[]): void {
    if (JSON.stringify(problems) === JSON.stringify(this.#problems)) return;
    this.#problems = Object.freeze(problems);
    this.options.onProblems?.(problems);
  }
}
