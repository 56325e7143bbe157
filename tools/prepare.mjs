// What `npm run up` and `npm test` do first, with nothing but the machine's Node: install packages if the lock file
// changed since the last time, then build (Nx does only what changed).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules/.cache/quartet-installed');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command of the workspace with the pinned Node first in the path; exits with its code if it fails. */
export function run(command, args, { quiet = false, env = {} } = {}) {
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  const result = spawnSync(command, args, { cwd: root, stdio: quiet ? 'pipe' : 'inherit', env: { ...process.env, PATH: path, NX_DAEMON: 'false', ...env } });
  if (result.error) fail(`${command}: ${result.error.message}`);
  if (result.status !== 0) {
    if (quiet) process.stderr.write(Buffer.concat([result.stdout, result.stderr]));
    process.exit(result.status ?? 1);
  }
  return result;
}

export function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

export function prepare() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) fail(`Node ${process.versions.node} is too old to install Quartet; way out: install Node 20 or newer`);
  install();
  console.error('building ...');
  run('nx', ['run', 'quartet:build', '--output-style=static'], { quiet: true });
}

function install() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('installing packages ...');
  run(npm, ['ci', '--no-audit', '--no-fund'], { quiet: true });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}
