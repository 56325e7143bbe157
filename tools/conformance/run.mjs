// `npm run conformance`: runs the tables of a folder against the built project and says, a row a table, what agrees.
//
//   --tables DIR     the folder (else QUARTET_TABLES)      --json      one JSON object instead of rows
//   --only A,B       these tables alone                    --no-build  use dist as it is
//   --if-given       from `npm test`, which has built already: as --no-build
//
// Exit 0: every case agrees or is listed in known-differences.json. 1: one does not. 2: it could not run.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadKnownDifferences } from './known-differences.mjs';
import { printJson, printRows } from './report.mjs';
import { runTable } from './run-table.mjs';
import { loadTables, select } from './tables.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

async function main() {
  const { values } = parseArgs({
    options: { tables: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean' }, 'no-build': { type: 'boolean' }, 'if-given': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log('npm run conformance -- [--tables DIR] [--only NAME,...] [--json] [--no-build]');
  const folder = values.tables ?? process.env.QUARTET_TABLES;
  if (!folder) return withoutTables();
  const tablesDir = resolve(process.env.INIT_CWD ?? '.', folder);
  if (!existsSync(tablesDir)) throw new Error(`there is no folder ${tablesDir}`);
  if (!values['no-build'] && !values['if-given']) build();
  const tables = select(await loadTables(join(here, 'tables')), values.only);
  const known = await loadKnownDifferences(join(here, 'known-differences.json'));
  const results = [];
  for (const table of tables) results.push(await runTable(table, { folder: tablesDir, known: known[table.name] ?? {} }));
  (values.json ? printJson : printRows)(results);
  if (results.some((result) => result.failures.length > 0)) process.exitCode = 1;
}

function withoutTables() {
  const message = 'conformance: no tables given (--tables DIR or QUARTET_TABLES), nothing compared';
  if (process.env.CI !== 'true') return console.log(message);
  console.error(`${message}; with CI=true that is a failure`);
  process.exitCode = 1;
}

function build() {
  execFileSync(join(root, 'node_modules/.bin/nx'), ['run', 'quartet:build'], { cwd: root, stdio: ['ignore', 2, 2] });
}

main().catch((error) => {
  console.error(`conformance: ${error.message}`);
  process.exitCode = 2;
});
