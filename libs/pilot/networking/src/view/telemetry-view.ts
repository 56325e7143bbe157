import type { DestinationServiceView } from './route-view.js';

/** What metrics say of a workload; empty = unknown. */
export interface WorkloadView {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly canonicalService: string;
  readonly canonicalRevision: string;
  readonly cluster: string;
}

/** Metrics that Envoy itself keeps of what passes a listener. */
export interface TelemetryView {
  readonly reporter: 'source' | 'destination';
  /** The proxy's own workload. */
  readonly workload: WorkloadView;
  /** What the listener serves; undefined: told by the cluster that the traffic goes to. */
  readonly service: DestinationServiceView | undefined;
}
