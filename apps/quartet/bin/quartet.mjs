#!/usr/bin/env node
// Runs the built CLI with the Node that the workspace pins, whatever node the shell has.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const pinned = `${root}node_modules/.bin/node`;

if (!existsSync(main) || !existsSync(pinned)) {
  console.error('quartet is not built yet. Way out: npm ci && npm run build (npm run up does both).');
  process.exit(1);
}
// A Ctrl-C reaches the child too, which ends in order; this process waits for it.
process.on('SIGINT', () => {});
const { status, signal } = spawnSync(pinned, ['--enable-source-maps', main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(signal ? 1 : (status ?? 1));
