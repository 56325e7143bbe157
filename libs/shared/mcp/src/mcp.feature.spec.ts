import { Metadata, Server, ServerCredentials, credentials, status } from '@grpc/grpc-js';
import { RequestResources, Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { afterEach, expect, test, vi } from 'vitest';
import {
  CollectionSnapshot, createSnapshot, McpSinkClient, McpSinkServer, McpSourceClient, McpSourceServer, SnapshotCache, type SinkChange, type SourceServerOptions,
} from './index.js';
import { silentReporter } from './reporter.js';
import { Client } from '@grpc/grpc-js';
import { sourceClientMethod } from './service-definitions.js';

const GATEWAYS = 'istio/networking/v1alpha3/gateways';
const SIDECARS = 'istio/networking/v1alpha3/sidecars';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const settled = <T>(assertion: () => T | Promise<T>): Promise<T> => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });
const collections = { supports: (name: string) => name === GATEWAYS || name === SIDECARS, groupOf: () => 'default', incremental: () => true };
const resource = (name: string, version: string) => Resource.fromPartial({ metadata: { name, version }, body: { typeUrl: 'type.googleapis.com/x', value: Buffer.from(version) } });
const snapshot = (version: string, ...resources: Resource[]) => createSnapshot([new CollectionSnapshot(GATEWAYS, version, resources), new CollectionSnapshot(SIDECARS, 'empty', [])]);

async function listen(register: (server: Server) => void, port = 0): Promise<{ server: Server; port: number }> {
  const server = new Server();
  register(server);
  const bound = await new Promise<number>((resolve, reject) => server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, got) => (error ? reject(error) : resolve(got))));
  cleanups.push(() => server.forceShutdown());
  return { server, port: bound };
}

async function source(cache: SnapshotCache, options: Partial<SourceServerOptions> = {}, port = 0) {
  const mcp = new McpSourceServer({ cache, collections, ...options });
  const listening = await listen((server) => mcp.register(server), port);
  return { mcp, ...listening };
}

function sink(port: number, options: { names?: string[]; incremental?: boolean; refuse?: string; reconnect?: () => void } = {}) {
  const changes: SinkChange[] = [];
  const apply = (change: SinkChange): void => {
    if (change.version === options.refuse) throw new Error(`${change.version} refused`);
    changes.push(change);
  };
  const client = new McpSinkClient({
    address: `127.0.0.1:${port}`, sinkId: 'pilot-1', updater: { apply }, backoffMs: { first: 20, max: 50 },
    collections: (options.names ?? [GATEWAYS, SIDECARS]).map((name) => ({ name, incremental: options.incremental ?? false })),
    report: { ...silentReporter, reconnect: options.reconnect ?? (() => {}) },
  }).start();
  cleanups.push(() => client.close());
  return { client, changes, versions: () => changes.filter((each) => each.collection === GATEWAYS).map((each) => each.version) };
}

test('a sink gets the snapshot, then each change, and its state is seen at the source', async () => {
  const cache = new SnapshotCache();
  const { mcp, port } = await source(cache);
  const { versions, changes, client } = sink(port);
  await settled(() => expect(mcp.sinks()).toMatchObject([{ id: 'pilot-1' }]));
  expect(changes).toEqual([]);
  cache.setSnapshot('default', snapshot('1', resource('a/b', 'v1')));
  await settled(() => expect(changes).toHaveLength(2));
  cache.setSnapshot('default', snapshot('2'));
  await settled(() => expect(versions()).toEqual(['1', '2']));
  await settled(() => expect(mcp.sinks()[0]?.collections).toMatchObject({ [GATEWAYS]: { acked: '2' }, [SIDECARS]: { acked: 'empty' } }));
  expect(changes.at(-1)?.resources).toEqual([]);
  await client.close();
  await settled(() => expect(mcp.sinks()).toEqual([]));
});

test('a refused version is passed over, the next one gets through', async () => {
  const cache = new SnapshotCache();
  const { mcp, port } = await source(cache);
  const { versions } = sink(port, { refuse: '2' });
  cache.setSnapshot('default', snapshot('1'));
  await settled(() => expect(versions()).toEqual(['1']));
  cache.setSnapshot('default', snapshot('2'));
  await settled(() => expect(mcp.sinks()[0]?.collections[GATEWAYS]?.lastError).toBe('2: 2 refused'));
  cache.setSnapshot('default', snapshot('3'));
  await settled(() => expect(versions()).toEqual(['1', '3']));
});

test('a sink outlives its source, and resumes incrementally with the next one', async () => {
  const cache = new SnapshotCache();
  cache.setSnapshot('default', snapshot('1', resource('a', 'v1'), resource('b', 'v1')));
  const first = await source(cache);
  let reconnects = 0;
  const { changes, versions } = sink(first.port, { incremental: true, reconnect: () => reconnects++ });
  await settled(() => expect(versions()).toEqual(['1']));
  first.mcp.close();
  first.server.forceShutdown();
  await settled(() => expect(reconnects).toBeGreaterThan(1));
  cache.setSnapshot('default', snapshot('2', resource('b', 'v1'), resource('c', 'v1')));
  await source(cache, {}, first.port);
  await settled(() => expect(versions()).toEqual(['1', '2']));
  const last = changes.findLast((each) => each.collection === GATEWAYS);
  expect(last).toMatchObject({ incremental: true, removed: ['a'], resources: [{ metadata: { name: 'c' } }] });
});

test('the stream opens with the source version, before any data', async () => {
  const { port } = await source(new SnapshotCache(), { metadata: { 'config.source.version': '1.4.10-quartet' } });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  cleanups.push(() => client.close());
  const stream = client.makeBidiStreamRequest<RequestResources, Resources>(sourceClientMethod.path, sourceClientMethod.requestSerialize, sourceClientMethod.responseDeserialize);
  stream.on('error', () => {});
  const headers = await new Promise<Metadata>((resolve) => stream.on('metadata', resolve));
  expect(headers.get('config.source.version')).toEqual(['1.4.10-quartet']);
  stream.cancel();
});

test.each([
  ['an unknown collection', {}, ['istio/nonsense'], status.INVALID_ARGUMENT],
  ['a peer without a certificate where lists are kept', { access: () => ({ blacklist: true, ids: new Set<string>() }) }, [GATEWAYS], status.UNAUTHENTICATED],
  ['a limiter that refuses', { streamLimiter: { wait: () => Promise.reject(new Error('no more')) } }, [GATEWAYS], status.UNKNOWN],
  ['a limiter of requests that refuses', { requestLimiter: () => ({ wait: () => Promise.reject(new Error('no more')) }) }, [GATEWAYS], status.UNKNOWN],
])('%s ends the stream with its code', async (_, options: Partial<SourceServerOptions>, names, code) => {
  const { port } = await source(new SnapshotCache(), options);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  cleanups.push(() => client.close());
  const stream = client.makeBidiStreamRequest<RequestResources, Resources>(sourceClientMethod.path, sourceClientMethod.requestSerialize, sourceClientMethod.responseDeserialize);
  const ended = new Promise<{ code: number }>((resolve) => stream.on('error', (error) => resolve(error as unknown as { code: number })));
  for (const collection of names) stream.write(RequestResources.fromPartial({ collection }));
  stream.resume();
  expect((await ended).code).toBe(code);
});

test('a source that dials its sink delivers, and dials again when the sink is back', async () => {
  const changes: SinkChange[] = [];
  const options = { sinkId: 'callout', collections: [{ name: GATEWAYS }, { name: SIDECARS }], updater: { apply: (change: SinkChange) => void changes.push(change) } };
  const first = new McpSinkServer(options);
  const { port, server } = await listen((each) => first.register(each));
  const cache = new SnapshotCache();
  cache.setSnapshot('default', snapshot('1', resource('a', 'v1')));
  const caller = new McpSourceClient({ address: `127.0.0.1:${port}`, cache, collections, backoffMs: { first: 20, max: 50 } }).start();
  cleanups.push(() => caller.close());
  await settled(() => expect(changes.map((each) => each.collection).sort()).toEqual([GATEWAYS, SIDECARS]));
  first.close();
  server.forceShutdown();
  const second = new McpSinkServer(options);
  await listen((each) => second.register(each), port);
  await settled(() => expect(changes).toHaveLength(4));
});

test('a sink refuses a source that it does not know', async () => {
  const mcp = new McpSinkServer({ sinkId: 's', collections: [{ name: GATEWAYS }], updater: { apply: () => {} }, authorize: () => 'not you' });
  const { port } = await listen((each) => mcp.register(each));
  const warnings: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: (message: string) => void warnings.push(message) };
  const caller = new McpSourceClient({ address: `127.0.0.1:${port}`, cache: new SnapshotCache(), collections, log }).start();
  cleanups.push(() => caller.close());
  await settled(() => expect(warnings.join()).toContain('authorization failed: not you'));
});
