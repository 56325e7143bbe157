// The arrows of the house (ARCHITECTURE.md): which layer may import which, and no component another.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const shared = ['component:shared'];
const layers = {
  api: ['layer:api'],
  model: ['layer:model', 'layer:api'],
  compile: ['layer:compile', 'layer:model', 'layer:api', 'layer:sdk'],
  protocol: ['layer:protocol', 'layer:compile', 'layer:model', 'layer:api'],
  source: ['layer:source', 'layer:protocol', 'layer:model', 'layer:api'],
  platform: ['layer:platform', 'layer:model', 'layer:api'],
  sdk: ['layer:compile', 'layer:model', 'layer:api'],
  adapter: ['layer:sdk'],
  feature: ['layer:feature', 'layer:adapter', 'layer:sdk', 'layer:compile', 'layer:protocol', 'layer:source', 'layer:platform', 'layer:model', 'layer:api'],
  app: ['layer:app', 'layer:feature', 'layer:platform', 'layer:source', 'layer:protocol', 'layer:compile', 'layer:model', 'layer:api'],
  test: ['layer:test', 'layer:app', 'layer:feature', 'layer:platform', 'layer:source', 'layer:protocol', 'layer:compile', 'layer:model', 'layer:api'],
};
const components = ['pilot', 'mixer', 'citadel', 'galley', 'agent', 'injector', 'ratelimit'];
const several = ['istiod', 'cli', 'e2e'];

const depConstraints = [
  ...Object.entries(layers).map(([layer, allowed]) => ({ sourceTag: `layer:${layer}`, onlyDependOnLibsWithTags: allowed })),
  ...components.map((component) => ({ sourceTag: `component:${component}`, onlyDependOnLibsWithTags: [`component:${component}`, ...shared] })),
  { sourceTag: 'component:shared', onlyDependOnLibsWithTags: shared },
  { sourceTag: 'component:bookinfo', onlyDependOnLibsWithTags: ['component:bookinfo'] },
  ...several.map((component) => ({ sourceTag: `component:${component}`, onlyDependOnLibsWithTags: ['*'] })),
];

/** api, model and compile are pure: no platform, no clock, no environment, no randomness. */
const purity = {
  // `paths` are exact: as a pattern `http` would also match a folder of that name.
  'no-restricted-imports': ['error', { patterns: ['@nestjs/*', '@grpc/*', '@nats-io/*', '@kubernetes/*', 'node:fs/*'], paths: ['node:fs', 'node:net', 'node:http', 'fs', 'net', 'http'] }],
  'no-restricted-globals': ['error', { name: 'process', message: 'environment comes in as an argument' }],
  'no-restricted-properties': ['error', { object: 'Math', property: 'random' }, { object: 'Date', property: 'now' }, { object: 'performance', property: 'now' }],
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '.nx/**', '.quartet/**', '**/testdata/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], checkDynamicDependenciesExceptions: ['.*'], depConstraints }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'off',
      'no-eval': 'error',
    },
  },
  {
    files: ['libs/shared/model/src/**/*.ts', 'libs/shared/pki/src/**/*.ts', 'libs/pilot/networking/src/**/*.ts', 'libs/mixer/expr/src/**/*.ts', 'libs/mixer/runtime/src/**/*.ts', 'libs/galley/processing/src/**/*.ts', 'libs/agent/bootstrap/src/**/*.ts', 'libs/ratelimit/core/src/**/*.ts', 'libs/cli/migrate/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: purity,
  },
);
