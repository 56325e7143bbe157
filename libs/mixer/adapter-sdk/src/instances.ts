import type { Timestamp, Value, ValueType } from './values.js';

export type Dimensions = Readonly<Record<string, Value>>;

/** What every instance has: the fully qualified name of its config, `requestcount.metric.istio-system`. */
export interface InstanceBase {
  readonly name: string;
}

// Fields without an expression hold their zero value: '' 0 false {}, and undefined for values, addresses and times.

export interface Metric extends InstanceBase {
  readonly value: Value | undefined;
  readonly dimensions: Dimensions;
  readonly monitoredResourceType: string;
  readonly monitoredResourceDimensions: Dimensions;
}

export interface LogEntry extends InstanceBase {
  readonly variables: Dimensions;
  readonly timestamp: Timestamp | undefined;
  readonly severity: string;
  readonly monitoredResourceType: string;
  readonly monitoredResourceDimensions: Dimensions;
}

export interface TraceSpan extends InstanceBase {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly spanName: string;
  readonly startTime: Timestamp | undefined;
  readonly endTime: Timestamp | undefined;
  readonly spanTags: Dimensions;
  readonly httpStatusCode: number | bigint;
  readonly clientSpan: boolean;
  readonly rewriteClientSpanId: boolean;
  readonly sourceName: string;
  readonly sourceIp: Uint8Array | undefined;
  readonly destinationName: string;
  readonly destinationIp: Uint8Array | undefined;
  readonly requestSize: number | bigint;
  readonly requestTotalSize: number | bigint;
  readonly responseSize: number | bigint;
  readonly responseTotalSize: number | bigint;
  readonly apiProtocol: string;
}

export interface Edge extends InstanceBase {
  readonly timestamp: Timestamp | undefined;
  readonly sourceWorkloadNamespace: string;
  readonly sourceWorkloadName: string;
  readonly sourceOwner: string;
  readonly sourceUid: string;
  readonly destinationWorkloadNamespace: string;
  readonly destinationWorkloadName: string;
  readonly destinationOwner: string;
  readonly destinationUid: string;
  readonly destinationServiceNamespace: string;
  readonly destinationServiceName: string;
  readonly contextProtocol: string;
  readonly apiProtocol: string;
}

export type ReportNothing = InstanceBase;
export type CheckNothing = InstanceBase;

export interface ListEntry extends InstanceBase {
  readonly value: Value | undefined;
}

export interface ApiKey extends InstanceBase {
  readonly api: string;
  readonly apiVersion: string;
  readonly apiOperation: string;
  readonly apiKey: string;
  readonly timestamp: Timestamp | undefined;
}

/** An absent subject or action in the config leaves that part undefined. */
export interface Authorization extends InstanceBase {
  readonly subject: { readonly user: string; readonly groups: string; readonly properties: Dimensions } | undefined;
  readonly action: { readonly namespace: string; readonly service: string; readonly method: string; readonly path: string; readonly properties: Dimensions } | undefined;
}

export interface Quota extends InstanceBase {
  readonly dimensions: Dimensions;
}

export interface Kubernetes extends InstanceBase {
  readonly sourceUid: string;
  readonly sourceIp: Uint8Array | undefined;
  readonly destinationUid: string;
  readonly destinationIp: Uint8Array | undefined;
  readonly destinationPort: number | bigint;
}

/**
 * Outputs by proto name (`source_pod_name`); one that is not set counts as missing in bindings. Must not be changed once
 * handed over: an adapter that answers with the same object again saves Mixer from evaluating the bindings again.
 */
export type GeneratedAttributes = Readonly<Record<string, Value | undefined>>;

/**
 * The types that the config gave an instance's value fields, by property: `{ value: INT64, dimensions: { source: STRING } }`.
 */
export type InferredType = Readonly<Record<string, ValueType | Readonly<Record<string, ValueType>> | undefined>>;

/** The instance shape of each template. */
export interface TemplateInstances {
  readonly metric: Metric;
  readonly logentry: LogEntry;
  readonly tracespan: TraceSpan;
  readonly edge: Edge;
  readonly reportnothing: ReportNothing;
  readonly checknothing: CheckNothing;
  readonly listentry: ListEntry;
  readonly apikey: ApiKey;
  readonly authorization: Authorization;
  readonly quota: Quota;
  readonly kubernetes: Kubernetes;
}
