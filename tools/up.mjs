// `npm run up`: installs, builds, fetches the real binaries and starts the whole mesh (npm run up -- --help).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const child = spawn(join(root, 'node_modules/.bin/node'), ['--enable-source-maps', join(root, 'apps/quartet/dist/main.js'), 'up', ...process.argv.slice(2)], { stdio: 'inherit' });
// The mesh ends itself in order, so this process only waits; a terminal's Ctrl-C reaches the mesh twice, which is once for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
