import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, RpcException } from '@nestjs/microservices';
import { ensureBinary } from '@quartet/binaries';
import { connect } from '@nats-io/transport-node';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { CommandServer } from './command-server.js';
import { ControlBus } from './control-bus.js';
import type { BusEvent, ComponentConfig, ControlBusOptions } from './types.js';

let binary: string;
let folder: string;
let port: number;
let server: ChildProcess | undefined;
let buses: ControlBus[] = [];

beforeAll(async () => {
  binary = await ensureBinary('nats-server');
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bus-'));
  port = await freePort();
});

afterEach(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  buses = [];
  await stopServer();
  await rm(folder, { recursive: true, force: true });
});

const settled = <T>(assertion: () => T | Promise<T>): Promise<T> => vi.waitFor(assertion, { timeout: 15_000, interval: 20 });
const config = (version: string, logLevels: Record<string, string> = {}, settings: Record<string, unknown> = {}): ComponentConfig => ({ version, logLevels, settings });

test('waits for a server that comes later, then brings status, configuration and queued events', async () => {
  const galley = bus('galley');
  const pilot = bus('pilot');
  const applied: ComponentConfig[] = [];
  pilot.watchComponentConfig((each) => void applied.push(each));
  pilot.setReady(true, { config: true });
  pilot.publish('push-started', { version: '7' });
  galley.replaceComponentConfigs(new Map([['*', config('a1', { default: 'warn' })], ['pilot', config('p1', { ads: 'debug' })]]));
  await settled(() => expect(pilot.counters.connectFailures).toBeGreaterThan(0));

  await startServer();

  await settled(() => expect(applied.at(-1)).toEqual(config('p1+a1', { default: 'warn', ads: 'debug' })));
  await settled(async () => expect(await galley.readStatus()).toMatchObject([{ component: 'galley' }, { component: 'pilot', ready: true, readiness: { config: true }, configVersion: 'p1+a1' }]));
  await settled(async () => {
    const events = await galley.recentEvents(10);
    expect(events[0]).toMatchObject({ component: 'pilot', type: 'push-started', data: { version: '7' } });
    expect(events.at(-1)).toMatchObject({ component: 'pilot', type: 'component-config-applied', data: { version: 'p1+a1' } });
  });
});

test('a refused configuration is reported, and the next one is applied', async () => {
  await startServer();
  const galley = bus('galley');
  const mixer = bus('mixer');
  mixer.watchComponentConfig(({ logLevels }) => (logLevels['default'] === 'loud' ? 'logLevels.default: no level "loud"' : undefined));
  galley.putComponentConfig('mixer', config('1', { default: 'info' }));
  await settled(() => expect(mixer.status.configVersion).toBe('1'));
  galley.putComponentConfig('mixer', config('2', { default: 'loud' }));
  await settled(async () => expect((await galley.readStatus()).find((each) => each.component === 'mixer')).toMatchObject({ configVersion: '1', configError: '2: logLevels.default: no level "loud"' }));
  galley.putComponentConfig('mixer', config('3', { default: 'debug' }));
  await settled(() => expect(mixer.status).toMatchObject({ configVersion: '3' }));
  expect(mixer.status.configError).toBeUndefined();
});

test('a server that restarts empty is filled again, and nothing is taken for a deletion', async () => {
  await startServer();
  const galley = bus('galley');
  const pilot = bus('pilot');
  const applied: string[] = [];
  pilot.watchComponentConfig(({ version }) => void applied.push(version));
  galley.watchStatus();
  galley.putComponentConfig('pilot', config('1'));
  galley.putConfig('mesh', { version: 'm1', settings: {} });
  await settled(() => expect(applied).toEqual(['1']));

  await stopServer();
  await settled(() => expect(pilot.connected || galley.connected).toBe(false));
  pilot.publish('while-away', {});
  pilot.setDetail({ proxies: 4 });
  galley.putComponentConfig('pilot', config('2'));
  await rm(folder, { recursive: true, force: true });
  await startServer();

  await settled(() => expect(applied).toEqual(['1', '2']));
  await settled(() => expect(galley.observedStatus().find((each) => each.component === 'pilot')).toMatchObject({ alive: true, configVersion: '2', detail: { proxies: 4 } }));
  await settled(async () => expect((await galley.recentEvents(10, { component: 'pilot', type: 'while-away' })).length).toBe(1));
  expect(pilot.counters.reconnects).toBeGreaterThan(0);
});

test('a stream deleted under a live connection is made anew', async () => {
  await startServer();
  const pilot = bus('pilot', { heartbeatMs: 50 });
  await settled(async () => expect(await pilot.readStatus()).toHaveLength(1));
  const connection = await connect({ servers: `127.0.0.1:${port}` });
  for (const stream of ['QUARTET_EVENTS', 'KV_quartet-status', 'KV_quartet-config']) await connection.request(`$JS.API.STREAM.DELETE.${stream}`);
  await connection.close();
  pilot.publish('after', {});
  await settled(async () => expect((await pilot.recentEvents(10)).map((event) => event.type)).toEqual(['after']));
  await settled(async () => expect(await pilot.readStatus()).toHaveLength(1));
});

test('what the server refuses for good does not make a storm, and hurts nothing else', async () => {
  await startServer();
  const galley = bus('galley');
  const pilot = bus('pilot');
  pilot.watchComponentConfig(() => {});
  galley.putConfig('mesh', 'x'.repeat(2_000_000));
  galley.putComponentConfig('pilot', config('1'));
  await settled(() => expect(galley.counters.publishFailures).toBeGreaterThan(3));
  await settled(() => expect(pilot.status.configVersion).toBe('1'));
  expect(galley.counters.publishFailures).toBeLessThan(20);
  galley.putConfig('mesh', 'small');
  const failures = galley.counters.publishFailures;
  galley.publish('after', {});
  await settled(async () => expect((await pilot.recentEvents(10)).map((event) => event.type)).toContain('after'));
  expect(galley.counters.publishFailures).toBeLessThan(failures + 3);
});

test('configurations left behind by an earlier Galley are withdrawn', async () => {
  await startServer();
  const before = bus('galley', { instance: 'before' });
  const citadel = bus('citadel');
  citadel.watchComponentConfig(() => {});
  before.putComponentConfig('citadel', config('old', { default: 'debug' }));
  await settled(() => expect(citadel.status.configVersion).toBe('old'));
  await before.close();
  const after = bus('galley', { instance: 'after' });
  after.replaceComponentConfigs(new Map([['pilot', config('1')]]));
  await settled(() => expect(citadel.status.configVersion).toBe(''));
});

test('commands reach Nest message patterns: of any instance, of one, and their errors', async () => {
  await startServer();
  const pilot = bus('pilot', { instance: 'pilot-1.istio-system' });
  const galley = bus('galley');
  const app = await NestFactory.createMicroservice(CommandsModule, { strategy: new CommandServer(pilot), logger: false });
  await app.listen();
  await settled(async () => expect(await galley.request('pilot', 'log-level', { scope: 'ads', level: 'debug' })).toEqual({ scope: 'ads', level: 'debug' }));
  expect(await galley.request('pilot', 'log-level', 1, { instance: 'pilot-1.istio-system' })).toBe(1);
  await expect(galley.request('pilot', 'drain', {})).rejects.toThrow('quartet.pilot.drain: no proxies');
  await expect(galley.request('pilot', 'resync', {}, { timeoutMs: 500 })).rejects.toThrow('no answer');
  const connection = await connect({ servers: `127.0.0.1:${port}` });
  const raw = await connection.request('quartet.pilot.log-level', '{"level":"info"}');
  expect(raw.json()).toMatchObject({ response: { level: 'info' } });
  await connection.close();
  await app.close();
});

test('commands boot without NATS', async () => {
  const pilot = bus('pilot');
  const app = await NestFactory.createMicroservice(CommandsModule, { strategy: new CommandServer(pilot), logger: false });
  await app.listen();
  await expect(pilot.request('mixer', 'drain', {})).rejects.toThrow('not connected');
  await startServer();
  await settled(async () => expect(await pilot.request('pilot', 'log-level', {})).toEqual({}));
  await app.close();
});

test('live events reach subscribers; garbage on the subjects is passed over', async () => {
  await startServer();
  const galley = bus('galley');
  const citadel = bus('citadel');
  const seen: BusEvent[] = [];
  galley.subscribeEvents((event) => seen.push(event), { type: 'certificate-issued' });
  await settled(async () => expect(await galley.readStatus()).toHaveLength(2));
  const connection = await connect({ servers: `127.0.0.1:${port}` });
  connection.publish('quartet.events.x.y', 'no json');
  await connection.flush();
  await connection.close();
  citadel.publish('root-rotated', {});
  citadel.publish('certificate-issued', { id: 'spiffe://cluster.local/ns/a/sa/b' });
  await settled(() => expect(seen).toMatchObject([{ component: 'citadel', instance: '1', data: { id: 'spiffe://cluster.local/ns/a/sa/b' } }]));
});

test('a clean shutdown takes the status back at once', async () => {
  await startServer();
  const galley = bus('galley');
  const mixer = bus('mixer');
  galley.watchStatus();
  await settled(() => expect(galley.observedStatus().filter((each) => each.alive)).toHaveLength(2));
  await mixer.close();
  await settled(() => expect(galley.observedStatus().find((each) => each.component === 'mixer')?.alive).toBe(false));
  expect(await galley.readStatus()).toHaveLength(1);
});

class Commands {
  logLevel(payload: unknown): unknown {
    return payload;
  }

  drain(): never {
    throw new RpcException('no proxies');
  }
}

class CommandsModule {}

// decorators as plain calls: specs stand outside the tsconfig that lowers them
for (const [pattern, method] of [['log-level', 'logLevel'], ['drain', 'drain']] as const) {
  MessagePattern(pattern)(Commands.prototype, method, Object.getOwnPropertyDescriptor(Commands.prototype, method) as TypedPropertyDescriptor<unknown>);
}
Controller()(Commands);
Module({ controllers: [Commands] })(CommandsModule);

function bus(component: string, more: Partial<ControlBusOptions> = {}): ControlBus {
  const made = ControlBus.start({ url: `nats://127.0.0.1:${port}`, component, instance: '1', version: 'test', address: '127.0.0.1:1', ...more });
  buses.push(made);
  return made;
}

async function startServer(): Promise<void> {
  server = spawn(binary, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const chunk of server.stderr as NodeJS.ReadableStream) if (String(chunk).includes('Server is ready')) break;
}

async function stopServer(): Promise<void> {
  if (!server || server.exitCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
  server = undefined;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return free;
}
