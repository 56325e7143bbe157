import { status, type Server } from '@grpc/grpc-js';
import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { defaultMeshConfig, InvalidNodeError, meshConfigKind, parseProxy, type ConfigSnapshot, type ConfigSource, type Proxy } from '@quartet/model';
import { registryCollections, ServiceDirectory, type ServiceChange } from '@quartet/pilot-registry';
import { ADS_METHOD, ADS_TYPES, DiscoveryServer, ENDPOINT_TYPE, ResourceEncoder, XdsRefusal, type Connection, type ResourceSource } from '@quartet/xds';
import { CompiledView } from './compiled-view.js';
import type { Compiler, CompilerPush, ConfigDiagnostic } from './compiler.js';
import type { TlsCheckInput } from './debug/tls-check.js';
import { Debouncer } from './debouncer.js';
import { DiscoveryEvents, type DiscoverySinks } from './discovery-events.js';
import { PilotClient } from './pilot-client.js';
import { pilotCollections } from './pilot-collections.js';
import { mergePushRequests, union, type PushRequest } from './push-request.js';
import { PushTracker } from './push-tracker.js';

export interface DiscoveryServiceOptions<Push extends CompilerPush> extends DiscoverySinks {
  readonly config: ConfigSource;
  readonly compiler: Compiler<Push>;
  /** PILOT_DEBOUNCE_AFTER and PILOT_DEBOUNCE_MAX. */
  readonly debounce: { readonly quietMs: number; readonly maxMs: number };
  /** PILOT_PUSH_THROTTLE */
  readonly pushThrottle: number;
  readonly sendTimeoutMs?: number;
  readonly now?: () => number;
}

/** Collections that changed (empty = everything) and when the first of them did. */
interface ConfigChange {
  readonly collections: ReadonlySet<string>;
  readonly at: number;
}

const GATEWAYS = 'istio/networking/v1alpha3/gateways';
const VIRTUAL_SERVICES = 'istio/networking/v1alpha3/virtualservices';

/**
 * Pilot's core: configuration and registry changes in, pushes to connected proxies out. Changes are debounced; a push swaps one reference,
 * the push context; then each client's configuration is compiled and what differs is sent. Before the configuration has been received
 * once, clients wait. A lost source leaves the last snapshot in force.
 */
export class DiscoveryService<Push extends CompilerPush = CompilerPush> implements ResourceSource<PilotClient, PushRequest> {
  readonly directory = new ServiceDirectory();
  readonly encoder = new ResourceEncoder();
  readonly tracker: PushTracker;
  private readonly server: DiscoveryServer<PilotClient, PushRequest>;
  private readonly debouncer: Debouncer<ConfigChange>;
  private readonly now: () => number;
  private push: Push | undefined;
  private pushVersion = '0';
  private pushes = 0;
  /** A change that could not be pushed: the next push is a full one. */
  private owed = false;
  private unsubscribe: () => void = () => {};
  private closed = false;

  constructor(private readonly options: DiscoveryServiceOptions<Push>) {
    this.now = options.now ?? Date.now;
    this.tracker = new PushTracker({ now: this.now, finished: (push) => options.bus.publish('push-acked', push) });
    this.debouncer = new Debouncer({
      ...options.debounce, now: this.now,
      merge: (earlier, later) => ({ collections: unite(earlier.collections, later.collections), at: earlier.at }),
      fire: (change) => this.pushChange(change),
    });
    this.server = new DiscoveryServer({
      method: ADS_METHOD, types: ADS_TYPES, source: this, merge: mergePushRequests, concurrency: options.pushThrottle, now: this.now,
      limits: options.sendTimeoutMs === undefined ? {} : { sendTimeoutMs: options.sendTimeoutMs },
      events: new DiscoveryEvents({ ...options, now: this.now, tracker: this.tracker }),
    });
  }

  addTo(server: Server): void {
    this.server.addTo(server);
  }

  /** Begins to serve as soon as the configuration has been received once; resolves then. */
  async start(): Promise<void> {
    await this.options.config.whenSynced();
    if (this.closed) return;
    this.unsubscribe = this.options.config.subscribe((_snapshot, changed) => this.onConfig(changed));
    this.pushChange({ collections: new Set(), at: this.now() });
  }

  close(): void {
    this.closed = true;
    this.unsubscribe();
    this.debouncer.close();
    this.server.close();
  }

  /** True once something can be served. */
  get serving(): boolean {
    return this.push !== undefined;
  }

  get version(): string {
    return this.pushVersion;
  }

  get connections(): ReadonlySet<Connection<PilotClient>> {
    return this.server.connections;
  }

  get queue() {
    return this.server.pushQueue;
  }

  get config(): ConfigSnapshot {
    return this.options.config.snapshot;
  }

  get mesh(): MeshConfig {
    return this.config.list<MeshConfig>(meshConfigKind.collection)[0]?.spec ?? defaultMeshConfig();
  }

  get pushContext(): Push | undefined {
    return this.push;
  }

  get contextDiagnostics(): readonly ConfigDiagnostic[] {
    return this.push?.diagnostics ?? [];
  }

  /** Connections of a proxy (`pod.namespace`), the newest last. */
  connectionsOf(proxyId: string): Connection<PilotClient>[] {
    return [...this.connections].filter(({ client }) => client.proxy.id === proxyId);
  }

  /** TLS settings of a connected proxy and of the services that it sees. */
  tlsCheckInput(proxy: Proxy): TlsCheckInput | undefined {
    return this.push && this.options.compiler.tlsCheckInput?.(this.push, proxy);
  }

  setDebounce(times: { quietMs: number; maxMs: number }): void {
    this.debouncer.setTimes(times);
  }

  /** Compiles everything anew and pushes what differs. Returns the number of clients. */
  pushAll(): number {
    this.debouncer.flush();
    this.pushChange({ collections: new Set(), at: this.now() });
    return this.connections.size;
  }

  connect(node: Parameters<ResourceSource<PilotClient, PushRequest>['connect']>[0]): PilotClient {
    try {
      return new PilotClient(parseProxy(node));
    } catch (error) {
      if (error instanceof InvalidNodeError) throw new XdsRefusal(status.INVALID_ARGUMENT, error.message);
      throw error;
    }
  }

  view(client: PilotClient, request: PushRequest | undefined): CompiledView | undefined {
    const { push } = this;
    if (!push || (request && !concerns(request, client.proxy))) return undefined;
    client.pushStartedAt = performance.now();
    client.view = (request && this.endpointsOnly(push, client, request)) ?? this.compile(push, client);
    return client.view;
  }

  private compile(push: Push, client: PilotClient): CompiledView {
    const compiled = this.options.compiler.compileProxy(push, this.located(client.proxy));
    client.diagnostics = compiled.diagnostics;
    return CompiledView.of(this.pushVersion, compiled, this.encoder);
  }

  /** The client's view with new endpoints of the hosts that changed; undefined if that is not enough. */
  private endpointsOnly(push: Push, { proxy, view }: PilotClient, { full, hostnames, ips }: PushRequest): CompiledView | undefined {
    const { compileEndpoints } = this.options.compiler;
    if (full || !view || !compileEndpoints || proxy.ipAddresses.some((ip) => ips.has(ip))) return undefined;
    const clusters = [...view.set(ENDPOINT_TYPE).names()].filter((name) => hostnames.has(hostOfCluster(name)));
    return view.withEndpoints(this.pushVersion, clusters.length === 0 ? [] : compileEndpoints(push, this.located(proxy), clusters));
  }

  /** The locality that the registry knows for the proxy's first instance wins over that of its node. */
  private located(proxy: Proxy): Proxy {
    const locality = this.directory.current.instancesAt(proxy.ipAddresses)[0]?.endpoint.locality;
    if (!locality) return proxy;
    const [region = '', zone = '', subzone = ''] = locality.split('/');
    return { ...proxy, locality: { region, zone, subzone } };
  }

  private onConfig(changed: ReadonlySet<string>): void {
    const collections = new Set([...changed].filter((collection) => pilotCollections.has(collection)));
    if (collections.size === 0) return;
    this.options.metrics.inboundUpdates.inc({ type: [...collections].some((collection) => registryCollections.has(collection)) ? 'svc' : 'config' });
    this.debouncer.add({ collections, at: this.now() });
  }

  private pushChange({ collections, at }: ConfigChange): void {
    const services = this.readRegistry(collections);
    const configured = this.owed || collections.size === 0 || [...collections].some((collection) => !registryCollections.has(collection));
    if (!configured && services.scope === 'none') return;
    const full = configured || services.scope === 'full';
    this.owed = !this.swapContext();
    if (this.owed) return;
    const version = this.nextVersion();
    const request: PushRequest = { full, collections, hostnames: services.hostnames, ips: services.ips, version, changedAt: at, queuedAt: this.now() };
    this.options.bus.publish('push-started', { version, full, collections: [...collections], hosts: [...services.hostnames], proxies: this.connections.size });
    this.options.log.info({ version, full, collections: [...collections], proxies: this.connections.size }, 'push');
    this.tracker.start({ version, full }, [...this.connections].map(({ id }) => id));
    this.server.push(request);
  }

  private readRegistry(collections: ReadonlySet<string>): ServiceChange {
    const touched = collections.size === 0 || collections.has(meshConfigKind.collection) || [...collections].some((collection) => registryCollections.has(collection));
    if (!touched) return { scope: 'none', hostnames: new Set(), ips: new Set() };
    const change = this.directory.update(this.config, this.mesh.trustDomain || 'cluster.local');
    this.options.metrics.services.set(this.directory.current.services.length);
    return change;
  }

  /** False if the new context could not be built: the old one then stays in force. */
  private swapContext(): boolean {
    try {
      this.push = this.options.compiler.buildPushContext({ config: this.config, services: this.directory.current, mesh: this.mesh });
      this.options.metrics.virtualServices.set(this.config.list(VIRTUAL_SERVICES).length);
      return true;
    } catch (error) {
      this.options.metrics.contextErrors.inc();
      this.options.log.error({ err: error }, 'the push context could not be built; the last one stays in force');
      return false;
    }
  }

  private nextVersion(): string {
    this.pushVersion = `${new Date(this.now()).toISOString()}/${++this.pushes}`;
    return this.pushVersion;
  }
}

/** An empty set means everything. */
function unite(earlier: ReadonlySet<string>, later: ReadonlySet<string>): ReadonlySet<string> {
  return earlier.size === 0 || later.size === 0 ? new Set() : union(earlier, later);
}

/** Gateways alone are nothing to a sidecar (PILOT_SCOPE_PUSHES). */
function concerns({ full, collections }: PushRequest, proxy: Proxy): boolean {
  return !(full && proxy.type === 'sidecar' && collections.size === 1 && collections.has(GATEWAYS));
}

/** The host of `outbound|9080|v1|reviews.default.svc.cluster.local`. */
function hostOfCluster(name: string): string {
  return name.slice(name.lastIndexOf('|') + 1);
}
