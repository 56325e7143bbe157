import { describe, expect, it } from 'vitest';
import { buildBootstrap, envoyArguments, instanceIps, locality, nodeId, nodeMetadata, pilotSan } from './index.js';
import type { BootstrapOptions } from './index.js';

const options: BootstrapOptions = {
  node: { type: 'sidecar', ips: ['127.77.11.1'], id: 'reviews-v1.default', domain: 'default.svc.cluster.local' },
  metadata: {},
  serviceCluster: 'reviews',
  discovery: { host: '127.77.0.3', port: 15010 },
  connectTimeout: '10s',
  dnsRefreshRate: '300s',
  admin: { host: '127.77.11.1', port: 15000 },
  agentSocket: '/tmp/agent.sock',
};

interface Shape {
  node: { id: string; locality?: object };
  static_resources: { clusters: { name: string; type: string; load_assignment: object; transport_socket?: object }[]; listeners: object[] };
  stats_config: { stats_matcher: { inclusion_list: { patterns: object[] } }; stats_tags: { tag_name: string; regex: string }[] };
  tracing?: object;
}
const build = (overrides: Partial<BootstrapOptions> = {}) => buildBootstrap({ ...options, ...overrides }) as unknown as Shape;

describe('the bootstrap', () => {
  it('has the clusters of the contract, the agent ones on its socket', () => {
    const { clusters, listeners } = build().static_resources;
    expect(clusters.map((cluster) => cluster.name)).toEqual(['prometheus_stats', 'xds-grpc', 'sds-grpc', 'mixer-agent']);
    for (const cluster of clusters.slice(2)) expect(JSON.stringify(cluster.load_assignment)).toContain('{"pipe":{"path":"/tmp/agent.sock"}}');
    expect(clusters[1]?.transport_socket).toBeUndefined();
    expect(listeners).toEqual([]);
  });

  it('adds what is asked for', () => {
    const full = build({ prometheus: { host: '0.0.0.0', port: 15090 }, zipkin: { host: 'zipkin', port: 9411 }, pilotSan: 'spiffe://td/ns/istio-system/sa/istio-pilot-service-account' });
    expect(full.static_resources.listeners).toHaveLength(1);
    expect(full.static_resources.clusters.at(-1)?.name).toBe('zipkin');
    expect(full.tracing).toBeDefined();
    expect(JSON.stringify(full.static_resources.clusters[1]?.transport_socket)).toContain('"exact":"spiffe://td/ns/istio-system/sa/istio-pilot-service-account"');
  });

  it('takes locality and statistics from the metadata', () => {
    const { node, stats_config } = build({ metadata: { 'istio-locality': 'r.z.s', 'sidecar.istio.io/statsInclusionPrefixes': 'http.{pod_ip}_,tcp', 'sidecar.istio.io/statsInclusionRegexps': 'a.*' } });
    expect(node.locality).toEqual({ region: 'r', zone: 'z', sub_zone: 's' });
    expect(stats_config.stats_matcher.inclusion_list.patterns).toEqual(expect.arrayContaining([{ prefix: 'http.127.77.11.1_' }, { prefix: 'tcp' }, { safe_regex: { regex: 'a.*' } }, { prefix: 'cluster_manager' }]));
    expect(stats_config.stats_tags).toHaveLength(32);
  });
});

describe('the node', () => {
  it('id', () => expect(nodeId(options.node)).toBe('sidecar~127.77.11.1~reviews-v1.default~default.svc.cluster.local'));

  it.each([
    ['10.0.0.1', ['127.0.0.1', '10.0.0.2', '10.0.0.1'], ['10.0.0.1', '10.0.0.2']],
    ['127.77.11.1', ['10.0.0.2'], ['127.77.11.1']],
    [undefined, ['10.0.0.2', 'fe80::1'], ['10.0.0.2', 'fe80::1']],
    [undefined, ['127.0.0.1'], ['127.0.0.1', '::1']],
  ])('addresses: own %s, interfaces %j', (own, interfaces, expected) => expect(instanceIps(own, interfaces)).toEqual(expected));

  it('metadata: raw values, merged JSON, typed values win', () => {
    const env = {
      ISTIO_META_CLUSTER_ID: 'c1', ISTIO_META_NAME: 'raw', ISTIO_META_WORKLOAD_NAME: 'reviews-v1', ISTIO_META_OWNER: 'kubernetes://x',
      ISTIO_METAJSON_LABELS: '{"app":"reviews","istioTelemetryService":"r"}', ISTIO_METAJSON_ANNOTATIONS: '{"policy.istio.io/check":"enable"}', ISTIO_METAJSON_BAD: '[', ISTIO_METAJSON_LIST: '[]',
      POD_NAME: 'reviews-v1', POD_NAMESPACE: 'default', SERVICE_ACCOUNT: 'sa', OTHER: 'x',
    };
    const { metadata, problems } = nodeMetadata({ env, ips: ['1.1.1.1', '1.1.1.1', '2.2.2.2'], istioVersion: '1.4.10' });
    expect(metadata).toMatchObject({
      ISTIO_VERSION: '1.4.10', CLUSTER_ID: 'c1', NAME: 'reviews-v1', NAMESPACE: 'default', WORKLOAD_NAME: 'reviews-v1', OWNER: 'kubernetes://x', SERVICE_ACCOUNT: 'sa',
      app: 'reviews', 'policy.istio.io/check': 'enable', LABELS: { app: 'reviews', istioTelemetryService: 'r' }, CANONICAL_TELEMETRY_SERVICE: 'r', INSTANCE_IPS: '1.1.1.1,2.2.2.2',
    });
    expect(metadata).not.toHaveProperty('OTHER');
    expect(problems).toEqual([expect.stringContaining('ISTIO_METAJSON_BAD'), 'ISTIO_METAJSON_LIST: not a JSON object']);
  });

  it.each([['', {}], ['r', { region: 'r' }], ['r.z', { region: 'r', zone: 'z' }], ['r..s', { region: 'r', sub_zone: 's' }]])('locality %j', (text, expected) => expect(locality(text)).toEqual(expected));
});

it.each([
  ['istio-pilot', 'spiffe://td/ns/app/sa/istio-pilot-service-account'],
  ['istio-pilot.prod', 'spiffe://td/ns/prod/sa/istio-pilot-service-account'],
  ['istio-pilot.prod.svc.cluster.local', 'spiffe://td/ns/istio-system/sa/istio-pilot-service-account'],
])("Pilot's identity at %s", (host, expected) => {
  const base = { discovery: { host, port: 15011 }, trustDomain: 'td', podNamespace: 'app', istioNamespace: 'istio-system' };
  expect(pilotSan(base)).toBe(expected);
  expect(pilotSan({ ...base, pilotIdentity: 'x/y' })).toBe('spiffe://td/x/y');
});

it("Envoy's arguments", () => {
  const base = { bootstrapFile: '/b.json', drainTimeSeconds: 45, logLevel: 'warning', componentLogLevel: '', concurrency: 0, ipv6: false };
  expect(envoyArguments(base)).not.toContain('--concurrency');
  expect(envoyArguments({ ...base, concurrency: 2, configYaml: '{}', componentLogLevel: 'misc:error' }).join(' ')).toMatch(/-c \/b.json --disable-hot-restart .*--component-log-level misc:error --concurrency 2 --config-yaml {}$/);
});
