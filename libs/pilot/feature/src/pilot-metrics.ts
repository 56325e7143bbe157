import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** gRPC code names as Go prints them: the `err` label of the reject gauges. */
const codeNames = [
  'OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted',
  'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated',
];

const pushBuckets = [0.01, 0.1, 1, 3, 5, 10, 20, 30];
const queueBuckets = [0.1, 1, 3, 5, 10, 20, 30];
const convergenceBuckets = [0.1, 0.5, 1, 3, 5, 10, 20, 30];

/** Pilot's own metrics, by Istio 1.4's names. */
export class PilotMetrics {
  readonly pushes: Counter<'type'>;
  readonly pushTime: Histogram<'type'>;
  readonly queueTime: Histogram;
  readonly convergenceTime: Histogram;
  readonly totalRejects: Counter;
  readonly expiredNonces: Counter;
  readonly writeTimeouts: Counter;
  readonly contextErrors: Counter;
  readonly internalErrors: Counter;
  readonly inboundUpdates: Counter<'type'>;
  readonly services: Gauge;
  readonly virtualServices: Gauge;
  private readonly rejects: ReadonlyMap<string, Gauge<'node' | 'err'>>;

  constructor(private readonly registry: Registry, version: string) {
    this.pushes = this.counter('pilot_xds_pushes', 'Pilot build and send errors for lds, rds, cds and eds.', ['type']);
    this.pushTime = this.histogram('pilot_xds_push_time', 'Total time in seconds Pilot takes to push lds, rds, cds and eds.', { buckets: pushBuckets, labelNames: ['type'] });
    this.queueTime = this.histogram('pilot_proxy_queue_time', 'Time in seconds, a proxy is in the push queue before being dequeued.', { buckets: queueBuckets });
    this.convergenceTime = this.histogram('pilot_proxy_convergence_time', 'Delay in seconds between config change and a proxy receiving all required configuration.', { buckets: convergenceBuckets });
    this.totalRejects = this.counter('pilot_total_xds_rejects', 'Total number of XDS responses from Pilot rejected by proxy.');
    this.expiredNonces = this.counter('pilot_rds_expired_nonce', 'Total number of RDS messages with an expired nonce.');
    this.writeTimeouts = this.counter('pilot_xds_write_timeout', 'Pilot XDS response write timeouts.');
    this.contextErrors = this.counter('pilot_xds_push_context_errors', 'Number of errors (timeouts) initiating push context.');
    this.internalErrors = this.counter('pilot_total_xds_internal_errors', 'Total number of internal XDS errors in pilot.');
    this.inboundUpdates = this.counter('pilot_inbound_updates', 'Total number of updates received by pilot.', ['type']);
    this.services = this.gauge('pilot_services', 'Total services known to pilot.');
    this.virtualServices = this.gauge('pilot_virt_services', 'Total virtual services known to pilot.');
    this.rejects = new Map(['cds', 'eds', 'lds', 'rds'].map((type) => [type, this.gauge(`pilot_xds_${type}_reject`, `Pilot rejected ${type.toUpperCase()}.`, ['node', 'err'])]));
    this.gauge('pilot_info', 'Pilot version and build information.', ['version']).set({ version }, 1);
  }

  /** As Istio's: set to 1 and never reset. */
  rejected(type: string, node: string, code: number): void {
    this.rejects.get(type)?.set({ node, err: codeNames[code] ?? 'Unknown' }, 1);
    this.totalRejects.inc();
  }

  /** A gauge whose values are computed when it is read: label values -> number, written into the gauge given. */
  computed<L extends string>(name: string, options: { help: string; labelNames: readonly L[]; collect: (gauge: Gauge<L>) => void }): void {
    new Gauge({
      name, help: options.help, labelNames: [...options.labelNames], registers: [this.registry],
      collect() {
        this.reset();
        options.collect(this as Gauge<L>);
      },
    });
  }

  private counter<L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private gauge<L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  private histogram<L extends string>(name: string, help: string, options: { buckets: number[]; labelNames?: L[] }): Histogram<L> {
    return new Histogram({ name, help, buckets: options.buckets, labelNames: options.labelNames ?? [], registers: [this.registry] });
  }
}
