import { isLoopback } from './addresses.js';
import type { JsonObject } from './json.js';

export type NodeType = 'sidecar' | 'router';

export interface NodeIdentity {
  readonly type: NodeType;
  /** At least one, the proxy's own first. */
  readonly ips: readonly string[];
  /** `pod.namespace` */
  readonly id: string;
  /** `namespace.svc.cluster.local` */
  readonly domain: string;
}

/** Istio's node id: `type~ip~id~domain`. */
export function nodeId({ type, ips, id, domain }: NodeIdentity): string {
  return [type, ips[0] ?? '127.0.0.1', id, domain].join('~');
}

/**
 * The proxy's addresses: the given one, then those of the machine's interfaces, each once. A proxy whose own address is a
 * loopback one shares its machine with others, whose addresses are none of its own: it has that one alone.
 */
export function instanceIps(own: string | undefined, interfaces: readonly string[]): string[] {
  if (own && isLoopback(own)) return [own];
  const all = [...new Set([...(own ? [own] : []), ...interfaces.filter((ip) => !isLoopback(ip))])];
  return all.length > 0 ? all : ['127.0.0.1', '::1'];
}

/** What the proxies' telemetry exchanges (Istio 1.4 pkg/bootstrap). */
const exchangeKeys = 'NAME,NAMESPACE,INSTANCE_IPS,LABELS,OWNER,PLATFORM_METADATA,WORKLOAD_NAME,CANONICAL_TELEMETRY_SERVICE,MESH_ID,SERVICE_ACCOUNT';
const metaPrefix = 'ISTIO_META_';
const jsonPrefix = 'ISTIO_METAJSON_';

export interface NodeMetadataInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ips: readonly string[];
  /** Stands for the ISTIO_META_ISTIO_VERSION that Istio bakes into its image. */
  readonly istioVersion: string;
}

/** Problems are variables that were left out, each with its reason. */
export interface NodeMetadata {
  readonly metadata: JsonObject;
  readonly problems: readonly string[];
}

/**
 * Node metadata in Istio's order: ISTIO_META_<K> as strings, ISTIO_METAJSON_<any> merged at the top level, then the typed
 * values, which win (Istio 1.4 pkg/bootstrap/config.go).
 */
export function nodeMetadata({ env, ips, istioVersion }: NodeMetadataInput): NodeMetadata {
  const problems: string[] = [];
  const metadata: JsonObject = { ISTIO_VERSION: istioVersion };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.startsWith(metaPrefix) || name.startsWith('ISTIO_META_WORKLOAD')) continue;
    metadata[name.slice(metaPrefix.length)] = value;
  }
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '' && name.startsWith(jsonPrefix)) Object.assign(metadata, parseObject(name, value, problems));
  }
  const labels = parseObject('ISTIO_METAJSON_LABELS', env['ISTIO_METAJSON_LABELS'] || '{}', []);
  const typed: JsonObject = {
    LABELS: labels,
    CANONICAL_TELEMETRY_SERVICE: labels['istioTelemetryService'] ?? '',
    NAME: env['POD_NAME'] ?? '',
    NAMESPACE: env['POD_NAMESPACE'] ?? '',
    OWNER: env['ISTIO_META_OWNER'] ?? '',
    WORKLOAD_NAME: env['ISTIO_META_WORKLOAD_NAME'] ?? '',
    SERVICE_ACCOUNT: env['SERVICE_ACCOUNT'] ?? '',
    INSTANCE_IPS: [...new Set(ips)].join(','),
    EXCHANGE_KEYS: exchangeKeys,
  };
  for (const [key, value] of Object.entries(typed)) if (value !== '') metadata[key] = value;
  return { metadata, problems };
}

function parseObject(name: string, value: string, problems: string[]): JsonObject {
  try {
    const parsed = JSON.parse(value) as unknown;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject;
    problems.push(`${name}: not a JSON object`);
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
  }
  return {};
}

/** `region.zone.subzone` (the pod label `istio-locality`) to Envoy's Locality; empty parts are left out. */
export function locality(text: string): JsonObject {
  const [region = '', zone = '', subZone = ''] = text.split('.');
  return { ...(region && { region }), ...(zone && { zone }), ...(subZone && { sub_zone: subZone }) };
}
