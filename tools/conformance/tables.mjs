import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * A table is a file in tables/ that exports
 *   name   the name of its row: that of the data file without ending;
 *   cases  ({ readJson, readText, folder }) => (async) iterable of { id, check }: `id` is unique in the table and stable,
 *          since known-differences.json refers to it; `check` is (async) and throws where the project disagrees.
 * The data comes from the folder alone; the project through its packages' doors (`@quartet/...`).
 */
export async function loadTables(folder) {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.mjs')).toSorted();
  return Promise.all(files.map(async (file) => {
    const table = await import(pathToFileURL(join(folder, file)).href);
    if (typeof table.name !== 'string' || typeof table.cases !== 'function') throw new Error(`tables/${file} does not export name and cases`);
    return table;
  }));
}

export function select(tables, only) {
  if (only === undefined) return tables;
  const names = only.split(',').filter(Boolean);
  const unknown = names.filter((name) => !tables.some((table) => table.name === name));
  if (unknown.length > 0) throw new Error(`no such table: ${unknown.join(', ')}; there are ${tables.map((table) => table.name).join(', ')}`);
  return tables.filter((table) => names.includes(table.name));
}
