import type { ConfigDiagnostic } from './compiler.js';
import { joinDiagnostics, pushStatus, type DiagnosticEntry, type PushStatus } from './debug/push-status.js';
import type { DiscoveryService } from './discovery-service.js';
import type { PilotMetrics } from './pilot-metrics.js';

/** Push-status metric of a diagnostic's code; '' if none counts it. */
export type MetricOf = (code: ConfigDiagnostic['code']) => string;

const help: Readonly<Record<string, string>> = {
  pilot_conflict_outbound_listener_tcp_over_current_http: 'Number of conflicting tcp listeners with current http listener.',
  pilot_conflict_outbound_listener_tcp_over_current_tcp: 'Number of conflicting tcp listeners with current tcp listener.',
  pilot_conflict_outbound_listener_http_over_current_tcp: 'Number of conflicting http listeners with current tcp listener.',
  pilot_conflict_outbound_listener_http_over_https: 'Number of conflicting HTTP listeners with well known HTTPS ports.',
  pilot_conflict_inbound_listener: 'Number of conflicting inbound listeners.',
  pilot_duplicate_envoy_clusters: 'Duplicate envoy clusters caused by service entries with same hostname.',
  pilot_eds_no_instances: 'Number of clusters without instances.',
  pilot_vservice_dup_domain: 'Virtual services with dup domains.',
  pilot_destrule_subsets: 'Duplicate subsets across destination rules for same host.',
  endpoint_no_pod: 'Endpoints without an associated pod.',
  pilot_no_ip: 'Pods not found in the endpoint table, possibly invalid.',
  pilot_endpoint_not_ready: 'Endpoint found in unready state.',
};

/** Faults of the configuration in force: of the push context and of every connected proxy. */
export function currentDiagnostics(service: DiscoveryService): DiagnosticEntry[] {
  const proxies = [...service.connections].map(({ client }) => ({ proxy: client.proxy.id, diagnostics: client.diagnostics }));
  return joinDiagnostics(service.contextDiagnostics, proxies);
}

export function currentPushStatus(service: DiscoveryService, metricOf: MetricOf): PushStatus {
  return pushStatus(service.version, currentDiagnostics(service), metricOf);
}

/** Registers the gauges that are computed from the state of the service when they are read. */
export function registerComputedMetrics(metrics: PilotMetrics, service: DiscoveryService, metricOf: MetricOf): void {
  metrics.computed('pilot_xds', { help: 'Number of endpoints connected to this pilot using XDS.', labelNames: [], collect: (gauge) => gauge.set(service.connections.size) });
  for (const [name, text] of Object.entries(help)) {
    metrics.computed(name, { help: text, labelNames: [], collect: (gauge) => gauge.set(Object.keys(currentPushStatus(service, metricOf).ProxyStatus[name] ?? {}).length) });
  }
  metrics.computed('pilot_xds_eds_instances', {
    help: 'Instances for each cluster, as of last push.', labelNames: ['cluster'],
    collect: (gauge) => {
      const { current } = service.directory;
      for (const { hostname, ports, attributes } of current.services) {
        const endpoints = current.endpoints(hostname, attributes.namespace);
        for (const { name, port } of ports) gauge.set({ cluster: `outbound|${port}||${hostname}` }, endpoints.filter(({ servicePortName }) => servicePortName === name).length);
      }
    },
  });
}
