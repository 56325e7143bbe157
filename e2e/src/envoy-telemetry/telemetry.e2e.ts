import { istioNames } from '@quartet/agent-feature';
import { parsePrometheusText, sumSamples, type Sample } from '@quartet/local-mesh';
import { parseManifest, parseMeshConfig, parseProxy, type ConfigObject, type ConfigSnapshot } from '@quartet/model';
import { buildPushContext, compileProxy } from '@quartet/pilot-networking';
import { ServiceDirectory } from '@quartet/pilot-registry';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createSecrets } from './secrets.js';
import { ready, startEnvoy, staticBootstrap } from './static-envoy.js';

const folder = mkdtempSync(join(tmpdir(), 'quartet-envoy-telemetry-'));
const envoys: ChildProcess[] = [];
const seenByApplication: http.IncomingHttpHeaders[] = [];
const application = http.createServer((request, response) => {
  seenByApplication.push(request.headers);
  request.resume().on('end', () => response.writeHead(request.url === '/broken' ? 500 : 200).end('hello'));
});
const echo = net.createServer((connection) => connection.on('error', () => undefined).pipe(connection));

const proxies = {
  gateway: { ip: '127.77.240.1', type: 'router', id: 'istio-ingressgateway-1.istio-system', workload: 'istio-ingressgateway', labels: { istio: 'ingressgateway', app: 'istio-ingressgateway' } },
  shop: { ip: '127.77.241.1', type: 'sidecar', id: 'shop-6f5b-x1.default', workload: 'shop-v1', labels: { app: 'shop', version: 'v1' } },
  stock: { ip: '127.77.242.1', type: 'sidecar', id: 'stock-1.default', workload: 'stock-v2', labels: { app: 'stock', version: 'v2' } },
} as const;
type Name = keyof typeof proxies;

const principal = (name: Name): string => `spiffe://cluster.local/ns/default/sa/${name}`;

function readConfig(): ConfigSnapshot {
  const documents = parseAllDocuments(readFileSync(new URL('./mesh.yaml', import.meta.url), 'utf8'));
  const objects = documents.map((document) => parseManifest(document.toJS(), { defaultNamespace: 'default' }).object!);
  const list = <T>(collection: string) => objects.filter((object) => object.collection === collection) as ConfigObject<T>[];
  return { version: '1', list, get: <T>(collection: string, namespace: string, name: string) => list<T>(collection).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name) };
}

beforeAll(async () => {
  const config = readConfig();
  const directory = new ServiceDirectory();
  directory.update(config, 'cluster.local');
  const { spec: mesh } = parseMeshConfig({ accessLogFile: '', enableTracing: false });
  const push = buildPushContext({ config, services: directory.current, mesh, features: { telemetry: 'envoy' } });
  await Promise.all([once(application.listen(19242, '127.0.0.1'), 'listening'), once(echo.listen(19243, '127.0.0.1'), 'listening')]);
  const writeSecrets = await createSecrets(folder);
  for (const [name, { ip, type, id, workload, labels }] of Object.entries(proxies)) {
    const namespace = id.split('.')[1]!;
    const proxy = parseProxy({ id: `${type}~${ip}~${id}~${namespace}.svc.cluster.local`, metadata: { INTERCEPTION_MODE: 'NONE', WORKLOAD_NAME: workload, NAMESPACE: namespace, CLUSTER_ID: 'Kubernetes', LABELS: labels } });
    const compiled = compileProxy(push, proxy);
    expect(compiled.diagnostics).toEqual([]);
    envoys.push(await startEnvoy(join(folder, `${name}.pb`), staticBootstrap(compiled, { admin: ip, secrets: await writeSecrets(name, principal(name as Name)) })));
  }
  await Promise.all(Object.values(proxies).map(({ ip }) => ready(ip)));
});

afterAll(() => {
  for (const envoy of envoys) envoy.kill();
  application.close();
  application.closeAllConnections();
  echo.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the agent's page shows of Envoy. */
async function metrics(name: Name): Promise<Sample[]> {
  return parsePrometheusText(istioNames(await (await fetch(`http://${proxies[name].ip}:15000/stats/prometheus`)).text()));
}

function request(host: string, port: number, options: http.RequestOptions & { body?: string } = {}): Promise<{ status: number; headers: http.IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const call = http.request({ host, port, ...rest }, (response) => response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers })));
    call.on('error', reject).end(body);
  });
}

const fromShop = (path = '/', options: http.RequestOptions & { body?: string } = {}) => request('127.77.241.2', 9080, { path, ...options, headers: { host: 'stock:9080', ...options.headers } });
const count = async (name: Name, labels: Record<string, string>, metric = 'istio_requests_total'): Promise<number> => sumSamples(await metrics(name), metric, labels);
const reaches = (name: Name, labels: Record<string, string>, value: number, metric?: string): Promise<void> =>
  vi.waitFor(async () => expect(await count(name, labels, metric)).toBe(value), { timeout: 10_000, interval: 50 });

const service = { destination_service: 'stock.default.svc.cluster.local', destination_service_name: 'stock.default.svc.cluster.local', destination_service_namespace: 'default' };
const stock = { destination_workload: 'stock-v2', destination_workload_namespace: 'default', destination_app: 'stock', destination_version: 'v2', destination_canonical_service: 'stock', destination_canonical_revision: 'v2', destination_cluster: 'Kubernetes', destination_principal: principal('stock') };
const shop = { source_workload: 'shop-v1', source_workload_namespace: 'default', source_app: 'shop', source_version: 'v1', source_canonical_service: 'shop', source_canonical_revision: 'v1', source_cluster: 'Kubernetes', source_principal: principal('shop') };

describe('HTTP', () => {
  it('counts each request once on both sides, with the labels of both workloads', async () => {
    for (let i = 0; i < 20; i++) expect((await fromShop('/', { method: 'POST', body: '1234567890' })).status).toBe(200);
    for (let i = 0; i < 5; i++) expect((await fromShop('/broken')).status).toBe(500);
    const both = { ...service, ...stock, ...shop, request_protocol: 'http', response_flags: '-' };
    await reaches('shop', { ...both, reporter: 'source', response_code: '200' }, 20);
    await reaches('stock', { ...both, reporter: 'destination', response_code: '200', connection_security_policy: 'mutual_tls' }, 20);
    await reaches('stock', { ...both, reporter: 'destination', response_code: '500' }, 5);
    expect(await count('shop', {})).toBe(25);
    expect(await count('stock', {})).toBe(25);
    for (const name of ['shop', 'stock'] as const) {
      await reaches(name, { response_code: '200' }, 20, 'istio_request_duration_milliseconds_count');
      await reaches(name, { response_code: '200' }, 20, 'istio_request_bytes_count');
      await reaches(name, {}, 25, 'istio_response_bytes_count');
    }
  });

  it('shows neither the application nor the client what the proxies told each other', async () => {
    seenByApplication.length = 0;
    const { headers } = await fromShop();
    expect(seenByApplication[0]).not.toHaveProperty('x-envoy-peer-metadata');
    expect(headers).not.toHaveProperty('x-envoy-peer-metadata');
  });

  it('believes nothing that comes from outside of the gateway', async () => {
    const forged = Buffer.from([0x2a, 0x13, 0x0a, 0x11, 0x0a, 0x08, ...Buffer.from('workload'), 0x12, 0x05, 0x1a, 0x03, ...Buffer.from('bad')]).toString('base64');
    const { status, headers } = await request('127.77.240.1', 8080, { headers: { host: 'stock.example.com', 'x-envoy-peer-metadata': forged } });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('x-envoy-peer-metadata');
    const gateway = { source_workload: 'istio-ingressgateway', source_workload_namespace: 'istio-system' };
    await reaches('stock', { ...stock, ...service, ...gateway, reporter: 'destination' }, 1);
    await reaches('gateway', { ...stock, ...service, ...gateway, reporter: 'source' }, 1);
    expect(await count('stock', { source_workload: 'bad' })).toBe(0);
  });

  it('counts what finds no route', async () => {
    expect((await request('127.77.240.1', 8080, { headers: { host: 'nobody.example.com' } })).status).toBe(404);
    await reaches('gateway', { response_code: '404', response_flags: 'NR', destination_workload: 'unknown', destination_service: 'unknown' }, 1);
  });
});

describe('gRPC', () => {
  it('is told from HTTP by its content type', async () => {
    await fromShop('/', { method: 'POST', headers: { 'content-type': 'application/grpc' } });
    await reaches('stock', { request_protocol: 'grpc', reporter: 'destination' }, 1);
    await reaches('shop', { request_protocol: 'grpc', reporter: 'source' }, 1);
  });
});

describe('TCP', () => {
  it('counts connections and bytes', async () => {
    for (let i = 0; i < 3; i++) {
      const connection = net.connect(9090, '127.77.241.2');
      connection.on('error', () => undefined).on('data', () => connection.end());
      connection.write('0123456789');
      await once(connection, 'close');
    }
    const tcp = { ...service, request_protocol: 'tcp', destination_workload: 'stock-v2', destination_principal: principal('stock'), source_principal: principal('shop') };
    for (const [name, labels] of [['shop', { ...tcp, reporter: 'source', source_workload: 'shop-v1' }], ['stock', { ...tcp, reporter: 'destination', connection_security_policy: 'mutual_tls' }]] as const) {
      await reaches(name, labels, 3, 'istio_tcp_connections_opened_total');
      await reaches(name, labels, 3, 'istio_tcp_connections_closed_total');
      await reaches(name, labels, 30, 'istio_tcp_received_bytes_total');
      await reaches(name, labels, 30, 'istio_tcp_sent_bytes_total');
    }
  });
});

describe('RateLimit', () => {
  const allowed = async (requests: number, path: string, headers: Record<string, string> = {}): Promise<number> => {
    const statuses = [];
    for (let i = 0; i < requests; i++) statuses.push((await fromShop(path, { headers })).status);
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    return statuses.filter((status) => status === 200).length;
  };

  it('lets the requests of its bucket pass and answers the others with 429, which are counted', async () => {
    expect(await allowed(6, '/limited')).toBe(3);
    await reaches('stock', { response_code: '429', reporter: 'destination', source_workload: 'shop-v1' }, 3);
    await reaches('shop', { response_code: '429', response_flags: '-', reporter: 'source' }, 3);
  });

  it('has a bucket for each value of a dimension, for none, and others for overrides', async () => {
    const users = Array.from({ length: 30 }, (_, i) => `user-${i}`);
    for (const user of [...users, ...users]) expect(await allowed(1, '/users', { 'end-user': user })).toBe(1);
    for (const user of users) expect(await allowed(1, '/users', { 'end-user': user })).toBe(0);
    expect(await allowed(8, '/users', { 'end-user': 'admin' })).toBe(5);
    expect(await allowed(4, '/users')).toBe(2);
  });
});
