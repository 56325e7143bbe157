import { EventEmitter, once } from 'node:events';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import type { DiscoveryResponse } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { ServiceEntry } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import type { ConfigObject, ConfigSnapshot, ConfigSource } from '@quartet/model';
import { ADS_METHOD, CLUSTER_TYPE, DiscoveryClient, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@quartet/xds';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Compiler, CompilerInput, CompilerPush } from './compiler.js';
import { syncStatus } from './debug/sync-status.js';
import { DiscoveryService } from './discovery-service.js';
import { PilotMetrics } from './pilot-metrics.js';

const SERVICE_ENTRIES = 'istio/networking/v1alpha3/serviceentries';
const VIRTUAL_SERVICES = 'istio/networking/v1alpha3/virtualservices';

const object = (collection: string, name: string, spec: unknown): ConfigObject => ({
  collection, kind: '', spec, metadata: { name, namespace: 'default', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '1' },
});
const service = (name: string, ...addresses: string[]) => object(SERVICE_ENTRIES, name, ServiceEntry.fromJSON({
  hosts: [name], ports: [{ name: 'http', number: 80, protocol: 'HTTP' }], location: 'MESH_INTERNAL', resolution: 'STATIC', endpoints: addresses.map((address) => ({ address })),
}));
const route = (name: string, domain: string) => object(VIRTUAL_SERVICES, name, domain);

/** Configuration that a test sets by hand. */
class ManualConfig implements ConfigSource {
  snapshot: ConfigSnapshot = snapshotOf([]);
  synced = false;
  private readonly sync = Promise.withResolvers<void>();
  private readonly listeners = new Set<(snapshot: ConfigSnapshot, changed: ReadonlySet<string>) => void>();

  set(objects: ConfigObject[], changed: string[] = []): void {
    this.snapshot = snapshotOf(objects);
    if (!this.synced) {
      this.synced = true;
      this.sync.resolve();
    }
    for (const listener of this.listeners) listener(this.snapshot, new Set(changed));
  }

  whenSynced = () => this.sync.promise;

  subscribe(listener: (snapshot: ConfigSnapshot, changed: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close = () => Promise.resolve();
}

function snapshotOf(objects: ConfigObject[]): ConfigSnapshot {
  return { version: '1', list: <T>(collection: string) => objects.filter((one) => one.collection === collection) as ConfigObject<T>[], get: () => undefined };
}

/** A compiler so small that its output can be told by looking: a cluster and an assignment for each service, a listener, a route for each rule. */
class TinyCompiler implements Compiler<CompilerInput & CompilerPush> {
  compiled = 0;
  broken = false;

  buildPushContext(input: CompilerInput): CompilerInput & CompilerPush {
    if (this.broken) throw new Error('broken');
    return { ...input, diagnostics: [] };
  }

  compileProxy(push: CompilerInput) {
    this.compiled++;
    const names = push.services.services.map(({ hostname }) => `outbound|80||${hostname}`);
    return {
      clusters: names.map((name) => Cluster.fromPartial({ name })),
      endpoints: this.compileEndpoints(push, undefined, names),
      listeners: [Listener.fromPartial({ name: 'http' })],
      routes: push.config.list<string>(VIRTUAL_SERVICES).map(({ metadata, spec }) => RouteConfiguration.fromPartial({ name: metadata.name, virtualHosts: [{ name: 'v', domains: [spec] }] })),
      diagnostics: [],
    };
  }

  compileEndpoints(push: CompilerInput, _proxy: unknown, clusters: readonly string[]): ClusterLoadAssignment[] {
    return clusters.map((clusterName) => ClusterLoadAssignment.fromPartial({
      clusterName,
      endpoints: push.services.endpoints(clusterName.split('|')[3] ?? '', 'default').map(({ address }) => ({
        lbEndpoints: [{ endpoint: { address: { socketAddress: { address, portValue: 80 } } } }],
      })),
    }));
  }
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const a = 'outbound|80||a';
const b = 'outbound|80||b';

describe('the discovery service', () => {
  let config: ManualConfig;
  let compiler: TinyCompiler;
  let registry: Registry;
  let events: EventEmitter;
  let discovery: DiscoveryService<CompilerInput & CompilerPush>;
  let grpc: Server;
  let port: number;
  const clients: DiscoveryClient[] = [];

  beforeEach(async () => {
    config = new ManualConfig();
    compiler = new TinyCompiler();
    registry = new Registry();
    events = new EventEmitter();
    discovery = new DiscoveryService<CompilerInput & CompilerPush>({
      config, compiler, metrics: new PilotMetrics(registry, 'test'), log: silent, pushThrottle: 10, debounce: { quietMs: 0, maxMs: 10 },
      bus: { publish: (type, data) => events.emit(type, data) },
    });
    grpc = new Server();
    discovery.addTo(grpc);
    port = await new Promise<number>((resolve, reject) => grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
    void discovery.start();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    discovery.close();
    grpc.forceShutdown();
  });

  function connect(id = 'sidecar~127.77.1.1~a-v1.default~default.svc.cluster.local'): DiscoveryClient {
    const client = new DiscoveryClient({ target: `127.0.0.1:${port}`, method: ADS_METHOD, node: { id, metadata: { ISTIO_VERSION: '1.4.10' } } });
    clients.push(client);
    return client;
  }

  /** Subscribes as Envoy does and accepts everything. */
  async function subscribed(names: { endpoints: string[]; routes: string[] }): Promise<DiscoveryClient> {
    const client = connect();
    for (const [typeUrl, resourceNames] of [[CLUSTER_TYPE, []], [ENDPOINT_TYPE, names.endpoints], [LISTENER_TYPE, []], [ROUTE_TYPE, names.routes]] as const) {
      client.request({ typeUrl, resourceNames: [...resourceNames] });
      client.ack(await client.response(1, typeUrl), resourceNames);
    }
    return client;
  }

  const metric = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values ?? [];
  const status0 = () => syncStatus([...discovery.connections][0]!);
  const addresses = (response: DiscoveryResponse) => response.resources.map(({ value }) => {
    const { clusterName, endpoints } = ClusterLoadAssignment.decode(value);
    return `${clusterName}: ${endpoints.flatMap(({ lbEndpoints }) => lbEndpoints.map(({ endpoint }) => endpoint?.address?.socketAddress?.address)).join(' ')}`;
  });

  it('serves nothing before the configuration has been received', async () => {
    const client = connect();
    const connected = once(events, 'proxy-connected');
    client.request({ typeUrl: CLUSTER_TYPE });
    await connected;
    expect(discovery.serving).toBe(false);
    expect(client.responses).toEqual([]);
    config.set([service('a', '1.1.1.1')]);
    const { resources, versionInfo } = await client.response(1);
    expect(resources.map(({ value }) => Cluster.decode(value).name)).toEqual([a]);
    expect(versionInfo).toMatch(/^\d{4}-.*Z\/1$/);
  });

  it('pushes a change, and nothing but what differs', async () => {
    config.set([service('a', '1.1.1.1'), route('r', 'old')]);
    const client = await subscribed({ endpoints: [a], routes: ['r'] });
    const finished = once(events, 'push-acked');
    config.set([service('a', '1.1.1.1'), route('r', 'new')], [VIRTUAL_SERVICES]);
    const response = await client.response(2, ROUTE_TYPE);
    expect(RouteConfiguration.decode(response.resources[0]!.value).virtualHosts[0]?.domains).toEqual(['new']);
    client.ack(response, ['r']);
    const [push] = await finished;
    expect(push).toMatchObject({ full: true, proxies: 1, rejected: [] });
    expect(client.responses.length).toBe(5);
    expect(status0()).toMatchObject({ proxy: 'a-v1.default', istio_version: '1.4.10', synced: true, cluster_sent: '1', cluster_acked: '1', route_sent: '5', route_acked: '5', endpoint_percent: 100 });
  });

  it('pushes endpoints alone where only endpoints changed, without compiling anew', async () => {
    config.set([service('a', '1.1.1.1'), service('b', '2.2.2.2')]);
    const client = connect();
    for (const [typeUrl, names] of [[CLUSTER_TYPE, []], [ENDPOINT_TYPE, [a, b]]] as const) {
      client.request({ typeUrl, resourceNames: [...names] });
      client.ack(await client.response(1, typeUrl), names);
    }
    const compiled = compiler.compiled;
    const finished = once(events, 'push-acked');
    config.set([service('a', '1.1.1.1', '1.1.1.2'), service('b', '2.2.2.2')], [SERVICE_ENTRIES]);
    const response = await client.response(2, ENDPOINT_TYPE);
    expect(addresses(response)).toEqual([`${a}: 1.1.1.1 1.1.1.2`]);
    client.ack(response, [a, b]);
    expect((await finished)[0]).toMatchObject({ full: false });
    expect(client.responses.length).toBe(3);
    expect(compiler.compiled).toBe(compiled);
  });

  it('does not push where nothing that it reads changed', async () => {
    config.set([service('a', '1.1.1.1'), route('r', 'old')]);
    await subscribed({ endpoints: [a], routes: ['r'] });
    const version = discovery.version;
    config.set([service('a', '1.1.1.1'), route('r', 'old')], ['istio/policy/v1beta1/rules']);
    const started = once(events, 'push-started');
    config.set([service('a', '1.1.1.1'), route('r', 'new')], [VIRTUAL_SERVICES]);
    await started;
    expect(discovery.version.split('/')[1]).toBe('2');
    expect(version.split('/')[1]).toBe('1');
  });

  it('shows a refusal with the words of the proxy', async () => {
    config.set([service('a', '1.1.1.1'), route('r', 'old')]);
    const client = await subscribed({ endpoints: [a], routes: ['r'] });
    const refused = once(events, 'nack');
    const finished = once(events, 'push-acked');
    config.set([service('a', '1.1.1.1'), route('r', 'bad')], [VIRTUAL_SERVICES]);
    client.nack(await client.response(2, ROUTE_TYPE), 'Invalid regex: missing )', ['r']);
    expect((await refused)[0]).toMatchObject({ proxy: 'a-v1.default', type: 'rds', message: 'Invalid regex: missing )', count: 1 });
    expect((await finished)[0]).toMatchObject({ rejected: [expect.stringContaining('a-v1.default')] });
    expect(status0()).toMatchObject({ synced: false, nacks: { rds: { message: 'Invalid regex: missing )', code: 3, count: 1 } }, route_sent: '5', route_acked: '4' });
    expect(await metric('pilot_xds_rds_reject')).toEqual([{ labels: { node: 'a-v1.default', err: 'InvalidArgument' }, value: 1 }]);
    expect(await metric('pilot_total_xds_rejects')).toMatchObject([{ value: 1 }]);
  });

  it('counts stale nonces and goes by the latest one', async () => {
    config.set([service('a', '1.1.1.1'), route('r', 'old'), route('s', 'other')]);
    const client = await subscribed({ endpoints: [a], routes: ['r'] });
    const first = await client.response(1, ROUTE_TYPE);
    config.set([service('a', '1.1.1.1'), route('r', 'new'), route('s', 'other')], [VIRTUAL_SERVICES]);
    const second = await client.response(2, ROUTE_TYPE);
    client.ack(first, ['r', 's']);
    client.ack(second, ['r', 's']);
    const third = await client.response(3, ROUTE_TYPE);
    expect(third.resources.map(({ value }) => RouteConfiguration.decode(value).name)).toEqual(['s']);
    expect(await metric('pilot_rds_expired_nonce')).toMatchObject([{ value: 1 }]);
  });

  it('keeps the last push context when a new one can\'t be built', async () => {
    config.set([service('a', '1.1.1.1'), route('r', 'old')]);
    const client = await subscribed({ endpoints: [a], routes: ['r'] });
    compiler.broken = true;
    config.set([service('a', '9.9.9.9'), route('r', 'lost')], [VIRTUAL_SERVICES, SERVICE_ENTRIES]);
    discovery.pushAll();
    expect((await metric('pilot_xds_push_context_errors'))[0]?.value).toBeGreaterThan(0);
    compiler.broken = false;
    config.set([service('a', '9.9.9.9'), route('r', 'new')], [VIRTUAL_SERVICES]);
    expect(RouteConfiguration.decode((await client.response(2, ROUTE_TYPE)).resources[0]!.value).virtualHosts[0]?.domains).toEqual(['new']);
    expect(addresses(await client.response(2, ENDPOINT_TYPE))).toEqual([`${a}: 9.9.9.9`]);
  });

  it('refuses a node that it can\'t parse', async () => {
    config.set([]);
    const client = connect('sidecar~127.77.1.1');
    client.request({ typeUrl: CLUSTER_TYPE });
    expect(await client.ended).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('want 4 parts') });
    expect(discovery.connections.size).toBe(0);
  });

  it('tells of a proxy that goes, and finishes the pushes that waited for it', async () => {
    config.set([service('a', '1.1.1.1'), route('r', 'old')]);
    const client = await subscribed({ endpoints: [a], routes: ['r'] });
    config.set([service('a', '1.1.1.1'), route('r', 'new')], [VIRTUAL_SERVICES]);
    await client.response(2, ROUTE_TYPE);
    expect(discovery.tracker.pending.length).toBe(1);
    const gone = once(events, 'proxy-disconnected');
    client.close();
    await gone;
    expect(discovery.tracker.pending).toEqual([]);
  });
});
