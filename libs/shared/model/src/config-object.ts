/** Where an object was read from; line is 1-based. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

export interface ObjectMeta {
  readonly name: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; decides "oldest first". */
  readonly creationTimestamp: number;
  readonly resourceVersion: string;
}

/** One configuration object, whatever it was read from. `spec` is the decoded message of its kind (see kinds.ts). */
export interface ConfigObject<T = unknown> {
  /** MCP collection, for example `istio/networking/v1alpha3/virtualservices`. */
  readonly collection: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: T;
  readonly origin?: Origin;
}
