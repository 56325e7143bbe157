import { expect, test, vi } from 'vitest';
import { BoundedQueue } from './bounded-queue.js';
import { mergeComponentConfig, parseComponentConfig } from './component-config.js';
import { ControlBus } from './control-bus.js';
import { StatusTable } from './status-table.js';
import { commandSubject, componentConfigKey, eventSubject, statusKey } from './subjects.js';
import type { BusEvent } from './types.js';

const identity = { component: 'pilot', instance: '1', version: 'test', address: '127.0.0.1:15014' };

test('without a URL the bus is local: events, configuration and status stay in the process', async () => {
  const bus = ControlBus.start(identity);
  const seen: BusEvent[] = [];
  const applied: string[] = [];
  bus.subscribeEvents((event) => seen.push(event));
  bus.watchComponentConfig(({ version }) => void applied.push(version));
  bus.publish('push-started', { proxies: 2 });
  bus.putComponentConfig('pilot', { version: '1', logLevels: {}, settings: {} });
  bus.putComponentConfig('mixer', { version: '9', logLevels: {}, settings: {} });
  await vi.waitFor(() => expect(bus.status.configVersion).toBe('1'));
  expect(applied).toEqual(['1']);
  expect(seen.map((event) => event.type)).toEqual(['push-started', 'component-config-applied']);
  expect(bus.enabled).toBe(false);
  expect(await bus.readStatus()).toEqual([bus.status]);
  await expect(bus.request('mixer', 'drain', {})).rejects.toThrow('not connected');
  await bus.close();
});

test('events beyond the bound drop the oldest and are counted', async () => {
  const bus = ControlBus.start({ ...identity, url: 'nats://127.0.0.1:1', maxQueuedEvents: 3 });
  for (let i = 0; i < 10; i++) bus.publish('push-started', { i });
  expect(bus.counters.eventsDropped).toBe(7);
  bus.publish('too-large', 'x'.repeat(300_000));
  expect(bus.counters.eventsDropped).toBe(8);
  await bus.close();
});

test('a queue gives back in order and keeps its bound', () => {
  const dropped: number[] = [];
  const queue = new BoundedQueue<number>(3, (item) => dropped.push(item));
  for (const item of [1, 2, 3]) queue.push(item);
  const taken = queue.take(2);
  queue.push(4);
  queue.putBack(taken);
  expect(dropped).toEqual([1]);
  expect(queue.take(9)).toEqual([2, 3, 4]);
});

test('own configuration goes over that for all, and the version names both', () => {
  const all = { version: 'a', logLevels: { default: 'info', ads: 'warn' }, settings: { x: 1 } };
  const own = { version: 'b', logLevels: { ads: 'debug' }, settings: { y: 2 } };
  expect(mergeComponentConfig(all, own)).toEqual({ version: 'b+a', logLevels: { default: 'info', ads: 'debug' }, settings: { x: 1, y: 2 } });
  expect(mergeComponentConfig(all, undefined)).toBe(all);
  expect(mergeComponentConfig(undefined, undefined).version).toBe('');
});

test.each([
  [null, 'want an object'],
  [{ logLevels: {} }, 'version: want a string'],
  [{ version: '1', logLevels: { ads: 3 } }, 'logLevels.ads: want a string'],
  [{ version: '1', settings: [] }, 'settings: want an object'],
])('component config %j: %s', (value, error) => {
  expect(() => parseComponentConfig(value)).toThrow(error);
});

test('names become single tokens', () => {
  expect(statusKey('pilot-agent', 'reviews-v1.default')).toBe('pilot-agent.reviews-v1_default');
  expect(componentConfigKey('*')).toBe('component._all');
  expect(eventSubject('pilot', 'a b')).toBe('quartet.events.pilot.a_b');
  expect(commandSubject('pilot', 'drain', 'x.y')).toBe('quartet.pilot.x_y.drain');
});

test('the status table remembers the dead, within its bound', () => {
  const table = new StatusTable(2);
  const status = { ...identity, ready: true, readiness: {}, configVersion: '', startedAt: '', detail: {} };
  table.seen('pilot.1', status, 0);
  table.seen('pilot.2', { ...status, instance: '2' }, 10_000);
  expect(table.list(16_000).map((each) => [each.instance, each.alive])).toEqual([['1', false], ['2', true]]);
  table.left('pilot.2');
  table.seen('pilot.3', { ...status, instance: '3' }, 16_000);
  expect(table.list(16_000).map((each) => [each.instance, each.alive])).toEqual([['2', false], ['3', true]]);
});
