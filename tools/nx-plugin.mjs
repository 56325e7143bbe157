// Nx targets of every project, inferred from its folder: build, test, lint, and serve for apps.
import { readFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const name = 'quartet';

export const createNodesV2 = [
  '{libs,apps,e2e}/**/tsconfig.json',
  (files, _options, { workspaceRoot }) => files.map((file) => [file, nodeOf(workspaceRoot, dirname(file))]),
];

function nodeOf(workspaceRoot, root) {
  const manifest = join(workspaceRoot, root, 'package.json');
  if (!existsSync(manifest)) return {};
  const { name } = JSON.parse(readFileSync(manifest, 'utf8'));
  const isApp = existsSync(join(workspaceRoot, root, 'src/main.ts'));
  const run = (command) => ({ executor: 'nx:run-commands', options: { command, cwd: '{workspaceRoot}' } });
  return {
    projects: {
      [root]: {
        name,
        root,
        targets: {
          build: { ...run(`tsc -b ${root}`), dependsOn: ['quartet:generate'], cache: false },
          test: { ...run(`vitest run --project unit --project feature --passWithNoTests ${root}`), dependsOn: ['quartet:generate'] },
          lint: run(`eslint ${root}`),
          ...(isApp ? { serve: { ...run(`node --enable-source-maps ${root}/dist/main.js`), dependsOn: ['build'] } } : {}),
        },
      },
    },
  };
}
