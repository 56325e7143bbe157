/** Istio 1.4's own metrics, by name without `istio_`, and what they are called when proxies count them. */
export const standardMetrics: Readonly<Record<string, string>> = {
  requests_total: 'istio_requests_total',
  request_duration_seconds: 'istio_request_duration_milliseconds (in milliseconds, with other buckets)',
  request_bytes: 'istio_request_bytes',
  response_bytes: 'istio_response_bytes',
  tcp_sent_bytes_total: 'istio_tcp_sent_bytes_total',
  tcp_received_bytes_total: 'istio_tcp_received_bytes_total',
  tcp_connections_opened_total: 'istio_tcp_connections_opened_total',
  tcp_connections_closed_total: 'istio_tcp_connections_closed_total',
};

export const standardLabels: ReadonlySet<string> = new Set([
  'reporter', 'source_workload', 'source_workload_namespace', 'source_principal', 'source_app', 'source_version', 'destination_workload', 'destination_workload_namespace', 'destination_principal', 'destination_app',
  'destination_version', 'destination_service', 'destination_service_name', 'destination_service_namespace', 'request_protocol', 'response_code', 'response_flags', 'connection_security_policy',
]);

/** Gone without replacement: results of shadowed RBAC are statistics of the RBAC filter. */
export const droppedLabels: ReadonlySet<string> = new Set(['permissive_response_code', 'permissive_response_policyid']);
