import { defineConfig } from 'vitest/config';

const conditions = ['@quartet/source'];
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['{libs,apps}/**/src/**/*.spec.ts', 'tools/**/*.spec.ts'], exclude: ['**/*.feature.spec.ts', '**/node_modules/**'] },
      },
      {
        extends: true,
        test: { name: 'feature', include: ['{libs,apps}/**/src/**/*.feature.spec.ts'], testTimeout: 30_000, hookTimeout: 30_000 },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['e2e/src/**/*.e2e.ts'], testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
});
