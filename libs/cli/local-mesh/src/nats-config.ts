import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from './layout.js';

/** Writes nats-server's configuration (JetStream on, bounded); returns its path. */
export function writeNatsConfig(layout: Layout): string {
  const folder = layout.workDir('nats-server');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'nats.conf');
  const [host, port] = layout.control(6, 4222).split(':');
  const text = [
    `host: "${host}"`,
    `port: ${port}`,
    `http: "${layout.control(6, 8222)}"`,
    'server_name: quartet',
    'jetstream {',
    `  store_dir: "${join(folder, 'jetstream')}"`,
    '  max_memory_store: 64MB',
    '  max_file_store: 256MB',
    '}',
    '',
  ].join('\n');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
