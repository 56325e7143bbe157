import { watch, type FSWatcher } from 'chokidar';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@quartet/nest-kit';
import { LimitConfigError, LimitTable, parseLimitConfig } from '@quartet/ratelimit-core';

const debounceMs = 50;

export interface LimitFilesContext {
  readonly log: Logger;
  readonly loaded: (result: 'ok' | 'error') => void;
}

/** The limits of a file or folder, followed while running. Files that turn bad leave the last good limits in place. */
export class LimitFiles {
  #table = new LimitTable([]);
  #problem: string | undefined = 'not read yet';
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly context: LimitFilesContext,
  ) {}

  get table(): LimitTable {
    return this.#table;
  }

  /** What is wrong with the files now. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** @throws LimitConfigError, or if the path can't be read */
  async start(): Promise<void> {
    this.#table = await readTable(this.path);
    this.#problem = undefined;
    this.context.loaded('ok');
    this.#watcher = watch(this.path, { ignoreInitial: true }).on('all', () => this.#changed()).on('error', (error) => this.context.log.warn({ err: error }, `can't follow ${this.path}`));
    await new Promise<void>((resolve) => this.#watcher?.once('ready', resolve));
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher?.close();
    await this.#reading;
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#reading = this.#reading.then(() => this.#read())), debounceMs);
  }

  async #read(): Promise<void> {
    try {
      this.#table = await readTable(this.path);
      this.#problem = undefined;
      this.context.log.info({ domains: this.#table.domains }, 'limits read');
      this.context.loaded('ok');
    } catch (error) {
      this.#problem = (error as Error).message;
      this.context.log.error(`the last good limits stay: ${this.#problem}`);
      this.context.loaded('error');
    }
  }
}

async function readTable(path: string): Promise<LimitTable> {
  const isFolder = (await stat(path).catch(unreadable(path))).isDirectory();
  const files = isFolder ? (await readdir(path)).filter((file) => /\.ya?ml$/.test(file)).sort().map((file) => join(path, file)) : [path];
  const configs = await Promise.all(files.map(async (file) => parseLimitConfig(await readFile(file, 'utf8').catch(unreadable(file)), file)));
  return new LimitTable(configs.flat());
}

function unreadable(path: string): (error: Error) => never {
  return (error) => {
    throw new LimitConfigError(`${path}: ${error.message}`);
  };
}
