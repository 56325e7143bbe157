import { parseDurationMs } from '@quartet/nest-kit';
import type { Features } from '@quartet/pilot-networking';

type Environment = Readonly<Record<string, string | undefined>>;

const switches = {
  fallthroughRoute: 'PILOT_ENABLE_FALLTHROUGH_ROUTE',
  sniffOutbound: 'PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND',
  sniffInbound: 'PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND',
  mysqlFilter: 'PILOT_ENABLE_MYSQL_FILTER',
  redisFilter: 'PILOT_ENABLE_REDIS_FILTER',
  sidecarUseRemoteAddress: 'PILOT_SIDECAR_USE_REMOTE_ADDRESS',
  restrictPodTrafficLoop: 'PILOT_RESTRICT_POD_UP_TRAFFIC_LOOP',
  scopeGatewayToNamespace: 'PILOT_SCOPE_GATEWAY_TO_NAMESPACE',
  respectDnsTtl: 'PILOT_RESPECT_DNS_TTL',
  headlessPodListeners: 'PILOT_ENABLE_HEADLESS_SERVICE_POD_LISTENERS',
  blockHttpOn443: 'PILOT_BLOCK_HTTP_ON_443',
  http10: 'PILOT_HTTP10',
} as const satisfies Partial<Record<keyof Features, string>>;

const values: Readonly<Record<string, boolean>> = { true: true, '1': true, t: true, false: false, '0': false, f: false };

/** The PILOT_* variables of Istio 1.4 that change what is generated. @throws Error that names a variable whose value can't be used */
export function readFeatures(env: Environment): Partial<Features> {
  const features: { -readonly [K in keyof Features]?: Features[K] } = {};
  for (const [feature, variable] of Object.entries(switches) as [keyof typeof switches, string][]) {
    const value = read(env, variable, (text) => values[text.toLowerCase()], 'true or false');
    if (value !== undefined) features[feature] = value;
  }
  const timeout = read(env, 'PILOT_INBOUND_PROTOCOL_DETECTION_TIMEOUT', parseDurationMs, 'a duration such as 1s');
  if (timeout !== undefined) features.inboundDetectionTimeoutMs = timeout;
  const sampling = read(env, 'PILOT_TRACE_SAMPLING', (text) => (Number.isFinite(Number(text)) ? Number(text) : undefined), 'a percentage');
  // Out of range means everything, as in Istio 1.4.
  if (sampling !== undefined) features.traceSampling = sampling < 0 || sampling > 100 ? 100 : sampling;
  return features;
}

function read<T>(env: Environment, variable: string, parse: (text: string) => T | undefined, expected: string): T | undefined {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  const value = parse(text);
  if (value === undefined) throw new Error(`environment ${variable}: expected ${expected}, got "${text}"`);
  return value;
}
