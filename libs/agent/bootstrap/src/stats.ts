import type { JsonObject } from './json.js';

const listenerTail = String.raw`(((?:[_.[:digit:]]*|[_\[\]aAbBcCdDeEfF[:digit:]]*))\.)`;
const telemetryTags = [
  'reporter',
  ...['namespace', 'workload', 'workload_namespace', 'principal', 'app', 'version'].flatMap((name) => [`source_${name}`, `destination_${name}`]),
  'destination_service', 'destination_service_name', 'destination_service_namespace',
  'request_protocol', 'response_flags', 'connection_security_policy', 'permissive_response_code', 'permissive_response_policyid',
];

/** Istio's own tags; Envoy's defaults are off (Istio 1.4 envoy_bootstrap_v2.json). */
const tags: readonly (readonly [name: string, regex: string])[] = [
  ['cluster_name', String.raw`^cluster\.((.+?(\..+?\.svc\.cluster\.local)?)\.)`],
  ['tcp_prefix', String.raw`^tcp\.((.*?)\.)\w+?$`],
  ['response_code', String.raw`(response_code=\.=(.+?);\.;)|_rq(_(\.d{3}))$`],
  ['response_code_class', String.raw`_rq(_(\dxx))$`],
  ['http_conn_manager_listener_prefix', String.raw`^listener(?=\.).*?\.http\.${listenerTail}`],
  ['http_conn_manager_prefix', String.raw`^http\.${listenerTail}`],
  ['listener_address', String.raw`^listener\.${listenerTail}`],
  ['mongo_prefix', String.raw`^mongo\.(.+?)\.(collection|cmd|cx_|op_|delays_|decoding_)(.*?)$`],
  ...telemetryTags.map((tag): [string, string] => [tag, String.raw`(${tag}=\.=(.+?);\.;)`]),
  ...['cache', 'component', 'tag'].map((tag): [string, string] => [tag, String.raw`(${tag}\.(.+?)\.)`]),
];

/**
 * `cluster.mixer-agent` and `access_logs` stand where 1.4 has its mixer filters: what Envoy says about its calls to the agent.
 * `telemetry.istio_` are the metrics that Envoy keeps itself in consolidated mode.
 */
const requiredPrefixes = ['cluster_manager', 'listener_manager', 'server', 'cluster.xds-grpc', 'cluster.sds-grpc', 'cluster.mixer-agent', 'access_logs', 'telemetry.istio_'];
/** 1.4 has the first alone; the others say whether mutual TLS holds. */
const requiredSuffixes = ['ssl_context_update_by_sds', 'ssl.handshake', 'ssl.connection_error', 'ssl.fail_verify_no_cert', 'ssl.fail_verify_error', 'ssl.fail_verify_san'];

/** Comma lists of a pod's annotations `sidecar.istio.io/statsInclusion{Prefixes,Suffixes,Regexps}`; `{pod_ip}` is replaced. */
export interface StatsInclusion {
  readonly prefixes: string;
  readonly suffixes: string;
  readonly regexps: string;
}

export function statsInclusion(metadata: Readonly<Record<string, unknown>>): StatsInclusion {
  const read = (kind: string) => {
    const value = metadata[`sidecar.istio.io/statsInclusion${kind}`];
    return typeof value === 'string' ? value : '';
  };
  return { prefixes: read('Prefixes'), suffixes: read('Suffixes'), regexps: read('Regexps') };
}

export function statsConfig(inclusion: StatsInclusion, ips: readonly string[]): JsonObject {
  const list = (text: string) => text.split(',').filter(Boolean).flatMap((pattern) => (pattern.includes('{pod_ip}') ? ips.map((ip) => pattern.replaceAll('{pod_ip}', ip)) : [pattern]));
  const patterns = [
    ...['reporter=', 'component', ...list(inclusion.prefixes), ...requiredPrefixes].map((prefix) => ({ prefix })),
    ...[...list(inclusion.suffixes), ...requiredSuffixes].map((suffix) => ({ suffix })),
    ...list(inclusion.regexps).map((regex) => ({ safe_regex: { regex } })),
  ];
  return {
    use_all_default_tags: false,
    stats_tags: tags.map(([tag_name, regex]) => ({ tag_name, regex })),
    stats_matcher: { inclusion_list: { patterns } },
  };
}
