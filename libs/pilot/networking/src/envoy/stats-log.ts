import { AccessLog, AccessLogFilter } from '@quartet/api/envoy/config/accesslog/v3/accesslog';
import { AccessLogType } from '@quartet/api/envoy/data/accesslog/v3/accesslog';
import { Config, Config_Counter, Config_Histogram, Config_Histogram_Unit as Unit, type Config_Tag } from '@quartet/api/envoy/extensions/access_loggers/stats/v3/stats';
import type { TelemetryView, WorkloadView } from '../view/telemetry-view.js';
import { packAny } from './any.js';
import { PEER_METADATA, workloadFields } from './peer-metadata.js';

/** Envoy shows a metric as `envoy_<prefix>_<name>`; the agent's page leaves the two away. */
const PREFIX = 'telemetry';
/** Bounds of one Envoy, over all its listeners: peers times codes, with room. What goes beyond is not counted. */
const mostCounters = 20_000;
const mostHistograms = 20_000;

type Labels = Readonly<Record<string, string>>;

/** @param mutualTls whether the listener's clients prove who they are */
export function httpStatsLogs(view: TelemetryView, mutualTls: boolean): AccessLog[] {
  const common = { ...commonLabels(view, mutualTls), response_code: '%RESPONSE_CODE%', response_flags: '%RESPONSE_FLAGS%' };
  const isGrpc = (invertMatch: boolean) => AccessLogFilter.fromPartial({
    headerFilter: { header: { name: 'content-type', stringMatch: { prefix: 'application/grpc' }, invertMatch, treatMissingHeaderAsEmpty: true } },
  });
  return [
    statsLog(httpMetrics({ ...common, request_protocol: 'http' }), isGrpc(true)),
    statsLog(httpMetrics({ ...common, request_protocol: 'grpc', grpc_response_status: '%GRPC_STATUS_NUMBER%' }), isGrpc(false)),
  ];
}

/** Opened = the upstream connection stands; bytes are those of the whole connection and are told at its end. */
export function tcpStatsLogs(view: TelemetryView, mutualTls: boolean): AccessLog[] {
  const labels = { ...commonLabels(view, mutualTls), request_protocol: 'tcp', response_flags: '%RESPONSE_FLAGS%' };
  const only = (type: AccessLogType) => AccessLogFilter.fromPartial({ logTypeFilter: { types: [type] } });
  return [
    statsLog({ counters: [counter('istio_tcp_connections_opened_total', labels)] }, only(AccessLogType.TcpUpstreamConnected)),
    statsLog({
      counters: [
        counter('istio_tcp_connections_closed_total', labels),
        counter('istio_tcp_sent_bytes_total', labels, '%BYTES_SENT%'),
        counter('istio_tcp_received_bytes_total', labels, '%BYTES_RECEIVED%'),
      ],
    }, only(AccessLogType.TcpConnectionEnd)),
  ];
}

function httpMetrics(labels: Labels): Partial<Config> {
  return {
    counters: [counter('istio_requests_total', labels)],
    histograms: [
      histogram('istio_request_duration_milliseconds', labels, { unit: Unit.Milliseconds, valueFormat: '%DURATION%' }),
      histogram('istio_request_bytes', labels, { unit: Unit.Bytes, valueFormat: '%BYTES_RECEIVED%' }),
      histogram('istio_response_bytes', labels, { unit: Unit.Bytes, valueFormat: '%BYTES_SENT%' }),
    ],
  };
}

function commonLabels(view: TelemetryView, mutualTls: boolean): Labels {
  const inbound = view.reporter === 'destination';
  const own = ownLabels(view.workload);
  const source = inbound ? peerLabels((key) => `%DYNAMIC_METADATA(${PEER_METADATA}:downstream:${key})%`) : own;
  const destination = inbound ? own : peerLabels(upstreamPeer);
  return {
    reporter: view.reporter,
    ...prefixed('source', source), source_principal: inbound ? '%DOWNSTREAM_PEER_URI_SAN%' : '%UPSTREAM_LOCAL_URI_SAN%',
    ...prefixed('destination', destination), destination_principal: inbound ? '%DOWNSTREAM_LOCAL_URI_SAN%' : '%UPSTREAM_PEER_URI_SAN%',
    ...serviceLabels(view),
    // Only the server's side knows; a client may send over plain text where it meant to use TLS.
    ...(inbound ? { connection_security_policy: mutualTls ? 'mutual_tls' : 'none' } : {}),
  };
}

/** What Pilot knows of the endpoint comes first: it is there even if nothing answers. */
function upstreamPeer(key: string): string {
  const operators = [{ command: 'UPSTREAM_METADATA', param: `istio:${key}` }, { command: 'DYNAMIC_METADATA', param: `${PEER_METADATA}:upstream:${key}` }];
  return `%COALESCE(${JSON.stringify({ operators })})%`;
}

function serviceLabels({ service }: TelemetryView): Labels {
  const fields = { destination_service: 'host', destination_service_name: 'name', destination_service_namespace: 'namespace' } as const;
  return Object.fromEntries(Object.entries(fields).map(([label, field]) => [label, service ? literal(service[field]) : `%CLUSTER_METADATA(istio:service_${field})%`]));
}

const labelOf: Readonly<Record<keyof WorkloadView, string>> = {
  workload: 'workload', namespace: 'workload_namespace', app: 'app', version: 'version',
  canonicalService: 'canonical_service', canonicalRevision: 'canonical_revision', cluster: 'cluster',
};

const labelsBy = (value: (field: keyof WorkloadView) => string): Labels => Object.fromEntries(Object.entries(labelOf).map(([field, label]) => [label, value(field as keyof WorkloadView)]));
const ownLabels = (workload: WorkloadView): Labels => labelsBy((field) => literal(workload[field]));
const peerLabels = (format: (key: string) => string): Labels => labelsBy((field) => format(workloadFields[field]));
const prefixed = (prefix: string, labels: Labels): Labels => Object.fromEntries(Object.entries(labels).map(([label, value]) => [`${prefix}_${label}`, value]));
const literal = (text: string): string => text.replaceAll('%', '%%');

/** A format must not be empty: a label without a value is left out, which Prometheus takes for the same. */
const tags = (labels: Labels): Config_Tag[] => Object.entries(labels).flatMap(([name, valueFormat]) => (valueFormat === '' ? [] : [{ name, valueFormat }]));

function counter(name: string, labels: Labels, valueFormat?: string): Config_Counter {
  return Config_Counter.fromPartial({ stat: { name, tags: tags(labels) }, ...(valueFormat === undefined ? { valueFixed: 1 } : { valueFormat }) });
}

function histogram(name: string, labels: Labels, value: { unit: Unit; valueFormat: string }): Config_Histogram {
  return Config_Histogram.fromPartial({ stat: { name, tags: tags(labels) }, ...value });
}

function statsLog(metrics: Partial<Config>, filter: AccessLogFilter): AccessLog {
  const statsScope = { prefix: PREFIX, sharingName: 'istio', maxCounters: mostCounters, maxHistograms: mostHistograms };
  const config = Config.fromPartial({ ...metrics, statsScope });
  return AccessLog.fromPartial({ name: 'envoy.access_loggers.stats', filter, typedConfig: packAny('envoy.extensions.access_loggers.stats.v3.Config', Config, config) });
}
