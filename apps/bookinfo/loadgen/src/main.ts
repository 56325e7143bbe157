import { terminationSignal } from '@quartet/bookinfo-kit';
import { runLoad } from './load.js';
import { help, parseOptions } from './options.js';
import { formatSummary, summarize } from './summary.js';

/** Exit code 1: the options are wrong, or nothing was answered at all. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) return console.log(help);
  const stop = new AbortController();
  void terminationSignal().then(() => stop.abort());
  const summary = summarize(await runLoad({ ...options, signal: stop.signal }));
  console.log(options.json ? JSON.stringify(summary) : formatSummary(summary));
  if (summary.answered === 0 && summary.sent > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(`loadgen: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
