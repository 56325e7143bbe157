import { createMcpConfigSource } from '@quartet/config';
import { ControlBus } from '@quartet/control-bus';
import { McpSinkClient, MIXER_COLLECTIONS, PILOT_COLLECTIONS, PODS, SYNTHETIC_SERVICE_ENTRIES } from '@quartet/mcp';
import { Loggers, Monitoring, parseOptions } from '@quartet/nest-kit';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Galley, galleyOptions } from './index.js';

const GATEWAYS = 'istio/networking/v1alpha3/gateways';
const MESH = 'istio/mesh/v1alpha1/MeshConfig';
const settled = <T>(assertion: () => T | Promise<T>): Promise<T> => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });
const gateway = (name: string, port = 80) =>
  `apiVersion: networking.istio.io/v1alpha3\nkind: Gateway\nmetadata: {name: ${name}, namespace: ns}\nspec: {selector: {a: b}, servers: [{port: {number: ${port}, name: http, protocol: HTTP}, hosts: ["*"]}]}\n`;

let dir: string;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'galley-'));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const put = (file: string, text: string) => writeFile(join(dir, file), text);

async function open(...flags: string[]) {
  const argv = ['--config-dir', dir, '--server-address', 'tcp://127.0.0.1:0', '--debounce-quiet', '20ms', ...flags];
  const { options } = parseOptions({ name: 'galley', description: '' }, galleyOptions, { argv, env: {} });
  const monitoring = new Monitoring('galley', 'test');
  const bus = ControlBus.start({ component: 'galley', instance: '1', version: 'test', address: '127.0.0.1:1' });
  const events: { type: string; data: unknown }[] = [];
  bus.subscribeEvents((event) => events.push(event));
  const lines: string[] = [];
  const loggers = new Loggers('default:info', {}, { write: (line) => void lines.push(line) });
  const galley = new Galley(options, { loggers, monitoring, bus });
  await galley.start();
  cleanups.push(() => galley.close());
  return { galley, monitoring, bus, events, lines, port: galley.endpoint.port };
}

function sink(port: number, collections: readonly string[]) {
  const source = createMcpConfigSource({ address: `127.0.0.1:${port}`, collections, sinkId: 'sink', backoffMs: { first: 20, max: 100 } });
  const changes: string[][] = [];
  source.subscribe((_, changed) => changes.push([...changed]));
  cleanups.push(() => source.close());
  return { source, changes, names: (collection: string) => source.snapshot.list(collection).map(({ metadata }) => metadata.name) };
}

test('Pilot and Mixer get every collection that they wait for, and each change', async () => {
  await put('all.yaml', `${gateway('one')}---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: x}}\nstatus: {podIP: 127.77.1.1}\n`);
  await put('mesh.yaml', 'rootNamespace: root');
  const { port } = await open();
  const pilot = sink(port, [...PILOT_COLLECTIONS, PODS, MESH]);
  const mixer = sink(port, MIXER_COLLECTIONS);
  await Promise.all([pilot.source.whenSynced(), mixer.source.whenSynced()]);
  expect(pilot.names(GATEWAYS)).toEqual(['one']);
  expect(pilot.source.snapshot.list(MESH)).toMatchObject([{ metadata: { name: 'meshconfig' }, spec: { rootNamespace: 'root' } }]);
  expect(pilot.source.snapshot.get(PODS, 'default', 'p')?.spec).toMatchObject({ status: { podIP: '127.77.1.1' } });
  const before = pilot.changes.length;
  await put('two.yaml', gateway('two'));
  await settled(() => expect(pilot.names(GATEWAYS)).toEqual(['one', 'two']));
  expect(pilot.changes.slice(before)).toEqual([[GATEWAYS]]);
  expect(mixer.changes).toEqual([]);
});

test('Kubernetes services in the folder become synthetic service entries', async () => {
  const manifest = (kind: string, rest: string) => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: cart, namespace: shop}\n${rest}\n`;
  await put('cart.yaml', `${manifest('Service', 'spec: {clusterIP: 10.1.1.1, ports: [{name: http, port: 80}]}')}---\n${manifest('Endpoints', 'subsets: [{addresses: [{ip: 127.77.3.1}], ports: [{name: http, port: 8080}]}]')}`);
  const { port } = await open();
  const { source } = sink(port, [SYNTHETIC_SERVICE_ENTRIES]);
  await source.whenSynced();
  const entry = () => source.snapshot.get<{ endpoints: unknown }>(SYNTHETIC_SERVICE_ENTRIES, 'shop', 'cart');
  expect(entry()?.spec).toMatchObject({ hosts: ['cart.shop.svc.cluster.local'], endpoints: [{ address: '127.77.3.1', ports: { http: 8080 }, labels: {} }] });
  await put('pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {name: cart-1, namespace: shop, labels: {app: cart}}\nstatus: {podIP: 127.77.3.1}\n');
  await settled(() => expect(entry()?.spec.endpoints).toMatchObject([{ labels: { app: 'cart' } }]));
});

test('a bad document is reported in the log, the metrics, the problems and an event, while the rest goes on', async () => {
  await put('good.yaml', gateway('good'));
  const { galley, port, lines, events, monitoring, bus } = await open();
  const { source, names } = sink(port, [GATEWAYS]);
  await source.whenSynced();
  await put('bad.yaml', `${gateway('fine')}---\n${gateway('bad', 700_000)}`);
  await settled(() => expect(names(GATEWAYS)).toEqual(['fine', 'good']));
  await settled(() => expect(galley.problems).toMatchObject([{ file: 'bad.yaml', line: 9, kind: 'Gateway', namespace: 'ns', name: 'bad', severity: 'error', reason: expect.stringContaining('700000') }]));
  expect(lines.some((line) => line.includes('bad.yaml:9: Gateway ns/bad: spec.servers[0].port'))).toBe(true);
  expect(events.findLast(({ type }) => type === 'config-problems')?.data).toMatchObject({ count: 1, problems: [{ name: 'bad' }] });
  expect(bus.status.detail).toMatchObject({ problems: 1 });
  expect(await monitoring.registry.metrics()).toContain('galley_config_problems{severity="error"} 1');
  await put('bad.yaml', gateway('fine'));
  await settled(() => expect(galley.problems).toEqual([]));
  expect(events.findLast(({ type }) => type === 'config-problems')?.data).toMatchObject({ count: 0 });
});

test('a restart takes nothing away from a sink and tells it of nothing new', async () => {
  await put('a.yaml', gateway('a'));
  const first = await open();
  const { source, changes, names } = sink(first.port, [GATEWAYS, MESH]);
  await source.whenSynced();
  const told = changes.length;
  await first.galley.close();
  await settled(() => expect(source.connected).toBe(false));
  await rename(dir, `${dir}-away`);
  const second = await open('--server-address', `127.0.0.1:${first.port}`);
  await settled(() => expect(second.galley.endpoint.sinks()).toHaveLength(1));
  await settled(() => expect(second.galley.problems).toMatchObject([{ reason: expect.stringContaining("the folder can't be read") }]));
  expect(second.monitoring.readiness.report()).toMatchObject({ ready: false });
  expect(names(GATEWAYS)).toEqual(['a']);
  await rename(`${dir}-away`, dir);
  await second.galley.resync();
  await settled(() => expect(second.galley.endpoint.sinks()[0]?.collections[GATEWAYS]?.acked).toMatch(/gateways\//));
  expect(changes).toHaveLength(told);
  expect(second.monitoring.readiness.report()).toMatchObject({ ready: true });
});

test('components get their configuration over the bus, and Galley sees who runs on it', async () => {
  const component = (name: string, spec: string) => `apiVersion: quartet.io/v1alpha1\nkind: ComponentConfig\nmetadata: {name: "${name}"}\nspec: ${spec}\n`;
  await put('components.yaml', `${component('*', '{logLevels: {default: warn}}')}---\n${component('galley', '{logLevels: {mcp: debug}}')}---\n${component('mixer', '{logLevels: {default: loud}}')}`);
  const { galley, bus } = await open();
  const applied: unknown[] = [];
  bus.watchComponentConfig((config) => void applied.push(config.logLevels));
  await settled(() => expect(galley.components.components()).toMatchObject([{ component: 'galley', alive: true, configInSync: true, wantedConfigVersion: expect.stringMatching(/^v\w+\+v\w+$/) }]));
  expect(applied.at(-1)).toEqual({ default: 'warn', mcp: 'debug' });
  expect(galley.problems).toMatchObject([{ file: 'components.yaml', kind: 'ComponentConfig', name: 'mixer', field: 'spec.logLevels.default', severity: 'error' }]);
});

test('a refused push is counted and told', async () => {
  await put('a.yaml', gateway('a'));
  const { monitoring, events, galley, port } = await open();
  const refusing = new McpSinkClient({
    address: `127.0.0.1:${port}`, sinkId: 'refusing', collections: [{ name: GATEWAYS }],
    updater: { apply: () => { throw new Error('not for me'); } },
  }).start();
  cleanups.push(() => refusing.close());
  await settled(() => expect(events.find(({ type }) => type === 'config-rejected')?.data).toMatchObject({ collection: GATEWAYS, detail: 'not for me' }));
  expect(await monitoring.registry.metrics()).toContain(`istio_mcp_request_nacks_total{component="galley",collection="${GATEWAYS}",code="InvalidArgument"} 1`);
  expect(galley.endpoint.sinks()).toMatchObject([{ id: 'refusing' }]);
});

test('without a folder it does not start, and says which option is missing', async () => {
  const { options } = parseOptions({ name: 'galley', description: '' }, galleyOptions, { argv: [], env: {} });
  const context = { loggers: new Loggers('none'), monitoring: new Monitoring('galley', 'test'), bus: ControlBus.start({ component: 'galley', instance: '1', version: '', address: '' }) };
  expect(() => new Galley(options, context)).toThrow('--config-dir');
});

test('a taken address is named', async () => {
  const { port } = await open();
  await expect(open('--server-address', `tcp://127.0.0.1:${port}`)).rejects.toThrow(`--server-address 127.0.0.1:${port}`);
});
