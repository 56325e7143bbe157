import { expect, test } from 'vitest';
import { observeBus } from './bus-metrics.js';
import { Monitoring } from './monitoring.js';

const counters = { connected: 0, reconnects: 0, connectFailures: 3, eventsPublished: 0, eventsDropped: 0, statusPublished: 0, publishFailures: 0, configApplied: 2, configRejected: 0 };

test('a lost bus shows in metrics and readiness, and takes readiness from nobody', async () => {
  const bus = { counters: { ...counters }, enabled: true, get connected() { return this.counters.connected === 1; } };
  const monitoring = new Monitoring('mixer', '1');
  monitoring.readiness.add('config', () => true);
  observeBus(bus, monitoring);
  expect(monitoring.readiness.report()).toEqual({ ready: true, checks: { config: 'ok', 'control-bus': 'not connected to NATS; going on without it' } });
  expect(await monitoring.registry.metrics()).toContain('quartet_control_bus_connect_failures 3');

  bus.counters.connected = 1;
  expect(monitoring.readiness.report().checks['control-bus']).toBe('ok');
  expect(await monitoring.registry.metrics()).toContain('quartet_control_bus_connected 1');
});

test('a component that runs alone shows no bus', async () => {
  const monitoring = new Monitoring('mixer', '1');
  observeBus({ counters, enabled: false, connected: false }, monitoring);
  expect(monitoring.readiness.report()).toEqual({ ready: true, checks: {} });
  expect(await monitoring.registry.metrics()).not.toContain('quartet_control_bus');
});
