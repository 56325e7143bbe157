import { join } from 'node:path';
import { applyConfig, deleteConfig } from './config-folder.js';
import type { Layout } from './layout.js';

/** Runs `work` while a file of examples/bookinfo/tasks is applied. */
export async function withTask<T>(layout: Layout, name: string, work: () => Promise<T>): Promise<T> {
  const file = join(layout.options.root, 'examples/bookinfo/tasks', name);
  applyConfig(layout, file);
  try {
    return await work();
  } finally {
    deleteConfig(layout, file);
  }
}
