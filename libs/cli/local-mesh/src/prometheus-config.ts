import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PODS } from './pods.js';
import type { Layout } from './layout.js';

/** A process whose /metrics are scraped. */
export interface ScrapeJob {
  readonly name: string;
  readonly target: string;
}

/** The mesh's own metrics are where people look; the rest of what processes tell of themselves costs more than it is looked at. */
const FAST = '1s';
const SLOW = '5s';

/** Mixer's metrics, or the Envoys' where there is no Mixer. */
const isMeshTelemetry = (layout: Layout, job: string): boolean => job === (layout.mode === 'split' ? 'istio-mesh' : 'envoy-stats');

/** Writes Prometheus' configuration with these jobs and one for the pods; returns its path. */
export function writePrometheusConfig(layout: Layout, jobs: readonly ScrapeJob[]): string {
  const folder = layout.workDir('prometheus');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'prometheus.yml');
  const job = (name: string, targets: string[], path = '/metrics') => ({ job_name: name, metrics_path: path, scrape_interval: isMeshTelemetry(layout, name) ? FAST : SLOW, static_configs: [{ targets }] });
  const config = {
    global: { scrape_timeout: FAST },
    scrape_configs: [
      ...jobs.map(({ name, target }) => job(name, [target])),
      job('envoy-stats', PODS.map(({ n }) => `${layout.podIp(n)}:15020`), '/stats/prometheus'),
    ],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
