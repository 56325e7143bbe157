import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findRunningMesh, Layout, type MeshOptions } from '@quartet/local-mesh';
import { printStatus } from './commands/status.js';
import { progressLine } from './progress-line.js';

const POLL_MS = 100;

/** Starts a foreground `up` in the background and returns when all is ready. @throws with what it said if it ends before. */
export async function startDetached(options: MeshOptions, interrupted: AbortSignal): Promise<void> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const logFile = join(options.stateDir, 'up.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(process.execPath, [process.argv[1] ?? '', '--state-dir', options.stateDir, ...toArgs(options)], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  interrupted.addEventListener('abort', () => child.kill('SIGTERM'));
  await showStart(child, { stateDir: options.stateDir, logFile });
  child.unref();
  await printStatus(new Layout(options), { missing: findRunningMesh(options.stateDir)?.missing ?? [], settle: interrupted });
  console.log('\nall ready. End it with: npm run down');
}

/** Shows the steps of the start until all is ready. */
async function showStart(child: ChildProcess, { stateDir, logFile }: { readonly stateDir: string; readonly logFile: string }): Promise<void> {
  let ended = false;
  child.once('exit', () => void (ended = true));
  const line = progressLine();
  try {
    for (let shown = 0; !findRunningMesh(stateDir)?.ready; ) {
      if (ended) throw new Error(lastWords(readFileSync(logFile, 'utf8')));
      const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
      for (; shown < lines.length; shown += 1) line.show((lines[shown] ?? '').replace(/^\s*[\d.]+ s {2}/, ''));
      await delay(POLL_MS);
    }
  } finally {
    line.end();
  }
}

/** The error of a log, without the steps before it. */
function lastWords(log: string): string {
  const at = log.search(/^error: /m);
  return (at < 0 ? log.split('\n').slice(-3).join('\n') : log.slice(at).replace(/^error: /, '')).trim();
}

function toArgs(options: MeshOptions): string[] {
  return [
    'up',
    ...(options.mode === undefined ? [] : ['--mode', options.mode]),
    ...['--subnet', options.subnet, '--gateway-host', options.gateway.host, '--gateway-port', String(options.gateway.port), '--load', String(options.load)],
    ...(options.configDir === undefined ? [] : ['--config-dir', options.configDir]),
    ...(options.prometheus ? [] : ['--no-prometheus']),
  ];
}
