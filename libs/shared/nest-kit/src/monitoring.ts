import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** The event loop's lag is sampled by a timer, which wakes an idle process each time; prom-client's own 10 ms would be 100 times a second. */
const EVENT_LOOP_PRECISION_MS = 100;

/** True, or the reason why not. */
export type ReadinessCheck = () => boolean | string;

/** Named conditions that must all hold before a component says it is ready. */
export class Readiness {
  private readonly checks = new Map<string, { readonly check: ReadinessCheck; readonly needed: boolean }>();

  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, { check, needed: true });
  }

  /** A condition that is shown beside the others, but that the component is ready without. */
  note(name: string, check: ReadinessCheck): void {
    this.checks.set(name, { check, needed: false });
  }

  report(): { ready: boolean; checks: Record<string, string> } {
    const checks: Record<string, string> = {};
    let ready = true;
    for (const [name, { check, needed }] of this.checks) {
      const result = check();
      checks[name] = result === true ? 'ok' : result || 'not ready';
      if (needed && result !== true) ready = false;
    }
    return { ready, checks };
  }
}

/** A component's metrics registry and readiness, served by {@link MonitoringController}. */
export class Monitoring {
  readonly registry = new Registry();
  readonly readiness = new Readiness();

  constructor(component: string, version: string) {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
    new Gauge({ name: 'istio_build', help: 'Component and version of this process.', labelNames: ['component', 'tag'], registers: [this.registry] }).set({ component, tag: version }, 1);
  }
}
