import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Runs every case of a table. The result's `failures` are the disagreements that are not listed; `stale` are ids that
 * are listed although the case agrees, or there is no such case (not told of a table that can't be read to its end).
 */
export async function runTable(table, { folder, known }) {
  const result = { name: table.name, passed: 0, listed: 0, failures: [], stale: [] };
  const unseen = new Set(Object.keys(known));
  const readText = (path) => readFile(join(folder, path), 'utf8');
  const readJson = async (path) => JSON.parse(await readText(path));
  try {
    for await (const { id, check } of table.cases({ folder, readText, readJson })) {
      await runCase({ id, check }, { result, known, unseen });
    }
  } catch (error) {
    result.failures.push({ id: '(the table itself)', message: messageOf(error) });
    return result;
  }
  result.stale.push(...unseen);
  return result;
}

async function runCase({ id, check }, { result, known, unseen }) {
  try {
    await check();
    result.passed++;
  } catch (error) {
    if (Object.hasOwn(known, id)) result.listed++;
    else result.failures.push({ id, message: messageOf(error) });
    unseen.delete(id);
  }
}

function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
