import { readFile } from 'node:fs/promises';

/** known-differences.json: table name -> case id -> why the project differs there, on purpose or for now. */
export async function loadKnownDifferences(path) {
  const known = JSON.parse(await readFile(path, 'utf8'));
  for (const [table, cases] of Object.entries(known)) {
    for (const [id, reason] of Object.entries(cases)) {
      if (typeof reason !== 'string' || reason.trim() === '') throw new Error(`known-differences.json: ${table} / ${id} has no reason`);
    }
  }
  return known;
}
