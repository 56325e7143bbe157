import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findRunningMesh, Layout, type MeshOptions } from '@quartet/local-mesh';
import { printStatus } from './commands/status.js';
import { progressLine } from './progress-line.js';

const POLL_MS = 100;

/** Starts a foreground `up` in the background and returns when all is ready. @throws with what it printed if it ends before. */
export async function startDetached(options: MeshOptions): Promise<void> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const logFile = join(options.stateDir, 'up.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(process.execPath, [process.argv[1] ?? '', '--state-dir', options.stateDir, ...toArgs(options)], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended = false;
  child.once('exit', () => void (ended = true));
  child.unref();

  const line = progressLine();
  let shown = 0;
  while (!findRunningMesh(options.stateDir)?.ready) {
    if (ended) throw new Error(readFileSync(logFile, 'utf8').replace(/^error: /m, '').trim());
    const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
    for (; shown < lines.length; shown += 1) line.show((lines[shown] ?? '').replace(/^\s*[\d.]+ s {2}/, ''));
    await delay(POLL_MS);
  }
  line.end();
  await printStatus(new Layout(options));
  console.log('\nall ready. End it with: npm run down');
}

function toArgs(options: MeshOptions): string[] {
  return [
    'up',
    ...['--subnet', options.subnet, '--gateway-host', options.gateway.host, '--gateway-port', String(options.gateway.port), '--load', String(options.load)],
    ...(options.configDir === undefined ? [] : ['--config-dir', options.configDir]),
    ...(options.prometheus ? [] : ['--no-prometheus']),
  ];
}
