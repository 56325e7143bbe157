import { allowAll, parseAccessList, type AccessRules, type McpLog } from '@quartet/mcp';
import { watch } from 'chokidar';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** The access list as its file has it now. Missing: everybody with a certificate. Unreadable: fatal at the start, ignored later. */
export class AccessListFile {
  #rules: AccessRules = allowAll;
  #watcher: ReturnType<typeof watch> | undefined;

  constructor(
    private readonly path: string,
    private readonly log: McpLog,
  ) {}

  get rules(): AccessRules {
    return this.#rules;
  }

  /** @throws Error that names the file and the field at fault. */
  async start(): Promise<void> {
    await this.#read();
    this.#watcher = watch(this.path, { ignoreInitial: true }).on('all', () => {
      this.#read().catch((error: unknown) => this.log.warn(`${String(error)}; the list stays as it was`));
    });
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
  }

  async #read(): Promise<void> {
    try {
      this.#rules = parseAccessList(parse(await readFile(this.path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(`${this.path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      this.#rules = allowAll;
    }
  }
}
