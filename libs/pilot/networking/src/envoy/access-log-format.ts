/** Keys and operators of Istio 1.4's JSON access log. */
export const defaultJsonFormat: Readonly<Record<string, string>> = Object.freeze({
  start_time: '%START_TIME%', route_name: '%ROUTE_NAME%', method: '%REQ(:METHOD)%', path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%', response_flags: '%RESPONSE_FLAGS%', bytes_received: '%BYTES_RECEIVED%', bytes_sent: '%BYTES_SENT%', duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%', x_forwarded_for: '%REQ(X-FORWARDED-FOR)%', user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%', authority: '%REQ(:AUTHORITY)%', upstream_host: '%UPSTREAM_HOST%', upstream_cluster: '%UPSTREAM_CLUSTER%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%', downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%', downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  requested_server_name: '%REQUESTED_SERVER_NAME%', istio_policy_status: '%DYNAMIC_METADATA(istio.mixer:status)%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
});

const part = (key: string): string => defaultJsonFormat[key] ?? '-';

/** Istio 1.4's line. */
export const defaultTextFormat = `${[
  `[${part('start_time')}]`, `"${part('method')} ${part('path')} ${part('protocol')}"`, part('response_code'), part('response_flags'), `"${part('istio_policy_status')}"`,
  `"${part('upstream_transport_failure_reason')}"`, part('bytes_received'), part('bytes_sent'), part('duration'), part('upstream_service_time'),
  ...['x_forwarded_for', 'user_agent', 'request_id', 'authority', 'upstream_host'].map((key) => `"${part(key)}"`),
  part('upstream_cluster'), part('upstream_local_address'), part('downstream_local_address'), part('downstream_remote_address'), part('requested_server_name'), part('route_name'),
].join(' ')}\n`;
