import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A file's text; the same object as long as the content is the same. */
export interface FolderFile {
  readonly path: string;
  readonly text: string;
  readonly digest: string;
}

export interface FolderState {
  /** By path relative to the folder, sorted. */
  readonly files: readonly FolderFile[];
  /** Path and reason of what couldn't be read; a file that was readable before stays in `files` as it was. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** Files beyond this are refused: no configuration is that large. */
const maxFileBytes = 16 << 20;

interface Known {
  readonly stamp: string;
  readonly file: FolderFile;
}

/** Reads the `.yaml` and `.yml` files of a folder, recursively, through links; reads again only what looks changed. */
export class FolderReader {
  #known = new Map<string, Known>();

  constructor(private readonly folder: string) {}

  /** @throws if the folder itself can't be read: nothing is known then, and nothing counts as removed. */
  async read(): Promise<FolderState> {
    const unreadable: { path: string; reason: string }[] = [];
    const next = new Map<string, Known>();
    for (const path of await this.#paths(unreadable)) {
      const name = relative(this.folder, path);
      const known = this.#known.get(name);
      try {
        next.set(name, await readKnown(path, name, known));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        unreadable.push({ path: name, reason: reasonOf(error) });
        if (known) next.set(name, known);
      }
    }
    for (const { path } of unreadable) this.#keepBelow(path, next);
    this.#known = next;
    return { unreadable, files: [...next.values()].map(({ file }) => file).sort((a, b) => (a.path < b.path ? -1 : 1)) };
  }

  /** Names that start with two dots are the bookkeeping of mounted ConfigMaps. */
  async #paths(unreadable: { path: string; reason: string }[]): Promise<string[]> {
    const found: string[] = [];
    const walk = async (folder: string, top: boolean): Promise<void> => {
      const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
        if (top) throw new Error(`${folder}: ${reasonOf(error)}`);
        unreadable.push({ path: relative(this.folder, folder), reason: reasonOf(error) });
        return [];
      });
      for (const entry of entries) {
        if (entry.name.startsWith('..')) continue;
        const path = join(folder, entry.name);
        if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)))) await walk(path, false);
        else if (/\.ya?ml$/.test(entry.name)) found.push(path);
      }
    };
    await walk(this.folder, true);
    return found;
  }

  #keepBelow(folder: string, next: Map<string, Known>): void {
    for (const [name, known] of this.#known) if (name.startsWith(`${folder}/`) && !next.has(name)) next.set(name, known);
  }
}

async function readKnown(path: string, name: string, known: Known | undefined): Promise<Known> {
  const { mtimeNs, size, ino, ctimeNs } = await stat(path, { bigint: true });
  const stamp = `${mtimeNs}/${ctimeNs}/${size}/${ino}`;
  if (known?.stamp === stamp) return known;
  if (size > maxFileBytes) throw new Error(`larger than ${maxFileBytes} bytes`);
  const text = await readFile(path, 'utf8');
  const digest = createHash('sha1').update(text).digest('hex');
  return { stamp, file: known?.file.digest === digest ? known.file : { path: name, text, digest } };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((stats) => stats.isDirectory(), () => false);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
