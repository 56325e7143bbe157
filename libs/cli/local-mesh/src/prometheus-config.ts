import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PODS } from './pods.js';
import type { Layout } from './layout.js';

/** Writes Prometheus' configuration with the scrape jobs of Istio 1.4's chart; returns its path. */
export function writePrometheusConfig(layout: Layout): string {
  const folder = layout.workDir('prometheus');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'prometheus.yml');
  const monitoring = (index: number) => [layout.control(index, 15014)];
  const job = (name: string, targets: string[], path = '/metrics') => ({ job_name: name, metrics_path: path, static_configs: [{ targets }] });
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      job('istio-mesh', [layout.control(4, 42422)]),
      job('istio-telemetry', monitoring(4)),
      job('pilot', monitoring(3)),
      job('galley', monitoring(2)),
      job('citadel', monitoring(5)),
      job('envoy-stats', PODS.map(({ n }) => `${layout.podIp(n)}:15020`), '/stats/prometheus'),
    ],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
