import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { createFileConfigSource, formatDocumentProblem } from '@quartet/config';
import { migrate, type Migration } from '@quartet/migrate';
import { type ConfigObject, kinds } from '@quartet/model';

export interface MigrateCommandOptions {
  readonly file: string;
  readonly out?: string;
  readonly rateLimits: 'RateLimit' | 'EnvoyFilter';
}

/** Writes what replaces Mixer's part of a folder, and lists what can't be carried over and why. */
export async function migrateFolder({ file, out, rateLimits }: MigrateCommandOptions): Promise<void> {
  const migration = migrate(await readObjects(file), { rateLimits });
  if (out === undefined) for (const { name, yaml } of migration.files) console.log(`# ---- ${name}\n${yaml}`);
  else writeFiles(migration, out);
  report(migration);
}

async function readObjects(dir: string): Promise<ConfigObject[]> {
  const source = createFileConfigSource({ dir, watch: false });
  try {
    await source.reload();
    const [problem] = source.problems.filter(({ severity }) => severity === 'error');
    if (problem) throw new Error(`${formatDocumentProblem(problem)}\n(mend the folder first; ${source.problems.length} problems in all)`);
    return kinds.flatMap(({ collection }) => [...source.snapshot.list(collection)]);
  } finally {
    await source.close();
  }
}

function writeFiles({ files }: Migration, out: string): void {
  mkdirSync(out, { recursive: true });
  for (const { name, yaml } of files) {
    writeFileSync(join(out, name), yaml, { flag: 'wx' });
    console.error(`${join(out, name)} written`);
  }
}

function report({ files, notCarried }: Migration): void {
  if (files.length === 0) console.error('nothing here is decided or counted by Mixer');
  for (const { object, reason } of notCarried) console.error(`${pc.yellow('not carried over:')} ${object}: ${reason}`);
}
