import type { MixerAgentStats } from '@quartet/agent-mixer-client';
import type { SdsStatistics } from '@quartet/agent-sds';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

type Reader = () => Readonly<Record<string, number>>;

/** Names of the node agent's metrics in Istio 1.4, and ours. */
const sdsNames: Readonly<Record<keyof SdsStatistics, readonly [name: string, help: string]>> = {
  pushes: ['total_pushes', 'Secrets pushed to Envoy.'],
  pushErrors: ['total_push_errors', 'SDS streams that were refused or failed.'],
  activeConnections: ['total_active_connections', 'Open SDS streams.'],
  outgoingRequests: ['num_outgoing_requests', 'CSRs sent to the CA.'],
  outgoingRetries: ['num_outgoing_retries', 'CSRs sent again after a failure.'],
  failedOutgoingRequests: ['num_failed_outgoing_requests', 'CSRs that failed.'],
  outgoingLatencyMs: ['outgoing_latency', 'Milliseconds that the last CSR took.'],
  rotations: ['total_secret_rotations', 'Certificates replaced by newer ones.'],
  rejected: ['total_secret_rejections', 'Secrets that Envoy refused.'],
  unknownResources: ['total_unknown_secrets', 'Secrets asked for that this workload does not have.'],
};
const sdsGauges = new Set(['activeConnections', 'outgoingLatencyMs']);

/** The CSR metrics carry Istio's label. */
const csr = { request_type: 'csr' };

export function registerSdsMetrics(registry: Registry, read: () => SdsStatistics): void {
  for (const [key, [name, help]] of Object.entries(sdsNames)) {
    const labels = /outgoing/.test(name) ? csr : undefined;
    mirror(registry, { name, help, gauge: sdsGauges.has(key), labels }, () => read()[key as keyof SdsStatistics]);
  }
}

/** Istio's counters under the name that its Envoy gave them; the others under the client's own. */
export function registerMixerMetrics(registry: Registry, read: () => MixerAgentStats): void {
  for (const key of Object.keys(read())) {
    const gauge = key.endsWith('_buffered') || key === 'access_log_streams';
    const name = key.startsWith('total_') ? `envoy_http_mixer_filter_${key}` : `mixer_client_${key}`;
    mirror(registry, { name, help: `Mixer client: ${key.replaceAll('_', ' ')}.`, gauge }, () => (read as Reader)()[key] ?? 0);
  }
}

export function registerCertificateExpiry(registry: Registry, read: () => number | undefined): void {
  mirror(registry, { name: 'workload_cert_expiry_timestamp', help: 'The unix timestamp, in seconds, when the certificate expires; -1 without one.', gauge: true }, () => Math.floor((read() ?? -1000) / 1000));
}

function mirror(registry: Registry, { name, help, gauge, labels }: { name: string; help: string; gauge: boolean; labels?: Record<string, string> | undefined }, read: () => number): void {
  const common = { name, help, registers: [registry], ...(labels && { labelNames: Object.keys(labels) }) };
  if (gauge) {
    new Gauge({ ...common, collect() { if (labels) this.set(labels, read()); else this.set(read()); } });
    return;
  }
  new Counter({ ...common, collect() { this.reset(); if (labels) this.inc(labels, read()); else this.inc(read()); } });
}
