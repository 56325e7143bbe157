import type { BusCounters, ControlBus } from '@quartet/control-bus';
import { Gauge } from 'prom-client';
import type { Monitoring } from './monitoring.js';

/** What each of the bus's numbers means; its metric is `quartet_control_bus_<name>`. */
const HELP: Readonly<Record<keyof BusCounters, string>> = {
  connected: '1 while connected to NATS.',
  reconnects: 'Connections to NATS after the first.',
  connectFailures: 'Attempts to connect that failed.',
  eventsPublished: 'Events that reached the stream.',
  eventsDropped: 'Events dropped because the queue was full or the event too large.',
  statusPublished: 'Heartbeats and changes of status that reached the bucket.',
  publishFailures: 'Publications that NATS did not take.',
  configApplied: 'Component configurations that were applied.',
  configRejected: 'Component configurations that were refused.',
};

/**
 * Shows a component's end of the control bus: its numbers as metrics, its loss as a note of readiness, since a lost NATS
 * stops nothing. A component that runs alone (no `--nats-url`) shows neither.
 */
export function observeBus(bus: Pick<ControlBus, 'counters' | 'enabled' | 'connected'>, { registry, readiness }: Monitoring): void {
  if (!bus.enabled) return;
  for (const counter of Object.keys(HELP) as (keyof BusCounters)[]) {
    const name = `quartet_control_bus_${counter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    new Gauge({ name, help: HELP[counter], registers: [registry], collect() { this.set(bus.counters[counter]); } });
  }
  readiness.note('control-bus', () => bus.connected || 'not connected to NATS; going on without it');
}
