// How fast Pilot compiles and pushes: sidecars on ADS streams in worker threads, one change after another, each timed from the change of the
// configuration to the last acceptance. Run after a build: node e2e/bench/ads-push.mjs
// BENCH_SIDECARS, BENCH_SERVICES, BENCH_CHANGES
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ADS_METHOD, CLUSTER_TYPE, DiscoveryClient, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@quartet/xds';

if (isMainThread) await main();
else await proxies(workerData);

async function main() {
  const { Server, ServerCredentials } = await import('@grpc/grpc-js');
  const { DiscoveryService, PilotMetrics } = await import('@quartet/pilot-feature');
  const { buildPushContext, compileEndpoints, compileProxy } = await import('@quartet/pilot-networking');
  const { Registry } = await import('prom-client');
  const sidecars = Number(process.env.BENCH_SIDECARS ?? 200);
  const services = Number(process.env.BENCH_SERVICES ?? 100);
  const changes = Number(process.env.BENCH_CHANGES ?? 10);

  const config = await manualConfig(services);
  const waiting = [];
  const bus = { publish: (type, data) => type === 'push-acked' && data.proxies === sidecars && waiting.shift()?.() };
  const quiet = { debug() {}, info() {}, warn: (fields, message) => console.error(message, fields), error: (fields, message) => console.error(message, fields) };
  const service = new DiscoveryService({
    config, bus, log: quiet, metrics: new PilotMetrics(new Registry(), 'bench'), pushThrottle: 100, debounce: { quietMs: 0, maxMs: 0 },
    compiler: { buildPushContext, compileProxy, compileEndpoints },
  });
  const server = new Server();
  service.addTo(server);
  const port = await new Promise((resolve, reject) => server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
  await service.start();

  const started = performance.now();
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, sidecars } });
  await new Promise((resolve) => worker.once('message', resolve));
  report(`${sidecars} sidecars connected and served (${services} services)`, performance.now() - started, sidecars);

  for (const [name, change] of [['full push (a route)', config.changeRoute], ['endpoints-only push', config.changeEndpoint]]) {
    const times = [];
    const cpu = process.threadCpuUsage();
    for (let i = 0; i < changes; i++) {
      const done = new Promise((resolve) => waiting.push(resolve));
      const start = performance.now();
      change(i);
      await done;
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const { user, system } = process.threadCpuUsage(cpu);
    report(`${name}, median`, times[Math.floor(times.length / 2)], sidecars);
    console.log(`  ${((user + system) / 1000 / changes / sidecars).toFixed(2)} ms of Pilot's CPU a proxy`);
  }
  console.log(`resources encoded ${service.encoder.encoded}, of them known content ${service.encoder.shared}, alive ${service.encoder.size}; RSS ${Math.round(process.memoryUsage.rss() / 1e6)} MB (both sides)`);
  await worker.terminate();
  service.close();
  server.forceShutdown();
}

function report(what, ms, count) {
  console.log(`${what}: ${ms.toFixed(0)} ms, ${Math.round((count / ms) * 1000)} proxies/s`);
}

async function manualConfig(count) {
  const { ServiceEntry } = await import('@quartet/api/istio/networking/v1alpha3/service_entry');
  const { VirtualService } = await import('@quartet/api/istio/networking/v1alpha3/virtual_service');
  const entries = 'istio/networking/v1alpha3/serviceentries';
  const rules = 'istio/networking/v1alpha3/virtualservices';
  const host = (i) => `svc-${i}.default.svc.cluster.local`;
  const metadata = (name, version) => ({ name, namespace: 'default', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: `${version}` });
  const entry = (i, version, endpoints) => ({
    collection: entries, kind: 'ServiceEntry', metadata: metadata(`svc-${i}`, version),
    spec: ServiceEntry.fromJSON({ hosts: [host(i)], location: 'MESH_INTERNAL', resolution: 'STATIC', ports: [{ name: 'http', number: 9080, protocol: 'HTTP' }], endpoints }),
  });
  const rule = (timeout) => ({
    collection: rules, kind: 'VirtualService', metadata: metadata('svc-0', timeout),
    spec: VirtualService.fromJSON({ hosts: [host(0)], http: [{ timeout: `${timeout}s`, route: [{ destination: { host: host(0) } }] }] }),
  });
  const objects = new Map([[entries, Array.from({ length: count }, (_, i) => entry(i, 1, [{ address: `10.1.${i >> 8}.${i & 255}` }, { address: `10.2.${i >> 8}.${i & 255}` }]))], [rules, [rule(1)]]]);
  const listeners = new Set();
  const changed = (collection) => listeners.forEach((listener) => listener(source.snapshot, new Set([collection])));
  const source = {
    snapshot: { version: '1', list: (collection) => objects.get(collection) ?? [], get: (collection, _namespace, name) => objects.get(collection)?.find((object) => object.metadata.name === name) },
    synced: true,
    whenSynced: async () => {},
    subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    close: async () => {},
    changeRoute: (i) => (objects.set(rules, [rule(i + 2)]), changed(rules)),
    changeEndpoint: (i) => (objects.set(entries, objects.get(entries).with(0, entry(0, i + 2, [{ address: `10.3.0.${i + 1}` }]))), changed(entries)),
  };
  return source;
}

/** Clients that ask as Envoy does and accept everything. */
async function proxies({ port, sidecars }) {
  await Promise.all(Array.from({ length: sidecars }, (_, i) => proxy(port, i)));
  parentPort.postMessage('ready');
}

async function proxy(port, i) {
  const ip = `10.9.${i >> 8}.${i & 255}`;
  const client = new DiscoveryClient({ target: `127.0.0.1:${port}`, method: ADS_METHOD, node: { id: `sidecar~${ip}~pod-${i}.default~default.svc.cluster.local`, metadata: { ISTIO_VERSION: '1.4.10', INSTANCE_IPS: ip } } });
  const names = new Map();
  const seen = async (n, typeUrl, of) => {
    const response = await client.response(n, typeUrl);
    client.ack(response, names.get(typeUrl) ?? []);
    return response.resources.flatMap(of);
  };
  const { Cluster } = await import('@quartet/api/envoy/config/cluster/v3/cluster');
  const { Listener } = await import('@quartet/api/envoy/config/listener/v3/listener');
  const { HttpConnectionManager } = await import('@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager');
  client.request({ typeUrl: CLUSTER_TYPE });
  names.set(ENDPOINT_TYPE, await seen(1, CLUSTER_TYPE, ({ value }) => { const cluster = Cluster.decode(value); return cluster.edsClusterConfig ? [cluster.name] : []; }));
  client.request({ typeUrl: ENDPOINT_TYPE, resourceNames: names.get(ENDPOINT_TYPE) });
  await seen(1, ENDPOINT_TYPE, () => []);
  client.request({ typeUrl: LISTENER_TYPE });
  const routes = await seen(1, LISTENER_TYPE, ({ value }) => Listener.decode(value).filterChains.flatMap(({ filters }) => filters.flatMap(({ typedConfig }) => (typedConfig?.typeUrl.endsWith('HttpConnectionManager') ? HttpConnectionManager.decode(typedConfig.value).rds?.routeConfigName ?? [] : []))));
  names.set(ROUTE_TYPE, [...new Set(routes)]);
  client.request({ typeUrl: ROUTE_TYPE, resourceNames: names.get(ROUTE_TYPE) });
  await seen(1, ROUTE_TYPE, () => []);
  void acceptAll(client, names);
}

async function acceptAll(client, names) {
  for (let n = 5; ; n++) {
    const response = await client.response(n).catch(() => undefined);
    if (!response) return;
    client.ack(response, names.get(response.typeUrl) ?? []);
  }
}
