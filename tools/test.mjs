// `npm test`: installs what it needs, builds, and runs every check; one line a stage, exit code 0 only if all passed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

const stages = [
  ['lint', 'eslint', ['.']],
  ['types of the tests', 'tsc', ['-p', 'tsconfig.spec.json']],
  ['unit and feature tests', 'vitest', ['run', '--project', 'unit', '--project', 'feature']],
  ['conformance', 'node', ['tools/conformance/run.mjs', '--if-given']],
  ['end-to-end tests', 'vitest', ['run', '--project', 'e2e']],
];

prepare();
const started = Date.now();
const results = stages.map(([title, command, args]) => {
  const from = Date.now();
  console.log(`\n== ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` } });
  return { title, passed: status === 0, seconds: (Date.now() - from) / 1000 };
});

console.log(`\n== summary (${((Date.now() - started) / 1000).toFixed(0)} s)`);
for (const { title, passed, seconds } of results) console.log(`${passed ? 'passed' : 'FAILED'}  ${title} (${seconds.toFixed(1)} s)`);
const failed = results.filter(({ passed }) => !passed).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
