/** Rows on stdout; each disagreement on stderr. */
export function printRows(results) {
  const width = Math.max(5, ...results.map(({ name }) => name.length));
  console.log(`${'table'.padEnd(width)}  passed  failed  listed`);
  for (const { name, passed, failures, listed } of results) {
    const counts = [passed, failures.length, listed].map((count) => String(count).padStart(6));
    console.log(`${name.padEnd(width)}  ${counts.join('  ')}`);
  }
  printDetails(results);
}

export function printJson(results) {
  const tables = results.map(({ name, passed, failures, listed }) => ({ name, passed, failed: failures.length, listed }));
  console.log(JSON.stringify({ tables }));
  printDetails(results);
}

function printDetails(results) {
  for (const { name, failures, stale } of results) {
    for (const { id, message } of failures) console.error(`${name}: ${id}: ${message}`);
    for (const id of stale) console.error(`${name}: ${id}: listed as a known difference, but it agrees or is gone`);
  }
}
