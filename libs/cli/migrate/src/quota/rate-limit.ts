/**
 * `quartet.io/v1alpha1 RateLimit`: a token bucket in each Envoy of the workloads that it selects (those of its
 * namespace, or of the mesh in the root namespace). Requests over it get 429. Several hold together.
 *
 *   apiVersion: quartet.io/v1alpha1
 *   kind: RateLimit
 *   metadata: {name: productpage, namespace: default}
 *   spec:
 *     workloadSelector: {labels: {app: productpage}}
 *     tokenBucket: {maxTokens: 5, tokensPerFill: 5, fillInterval: 10s}
 *     dimensions: [{name: user, header: end-user, default: guest}]
 */
export interface RateLimit {
  readonly apiVersion: 'quartet.io/v1alpha1';
  readonly kind: 'RateLimit';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: RateLimitSpec;
}

export interface RateLimitSpec {
  readonly workloadSelector?: { readonly labels: Readonly<Record<string, string>> };
  /** Inbound ports it holds for; absent = all. */
  readonly ports?: readonly number[];
  readonly tokenBucket: TokenBucket;
  /** Only requests of which one entry's conditions all hold; absent = every request. Entries exclude each other. */
  readonly match?: readonly { readonly headers: readonly HeaderCondition[] }[];
  /** Each combination of their values has a bucket of its own; Envoy keeps 20 combinations, and forgets the oldest. */
  readonly dimensions?: readonly Dimension[];
  /** Other buckets for certain values, one for every dimension. */
  readonly overrides?: readonly { readonly values: Readonly<Record<string, string>>; readonly tokenBucket: TokenBucket }[];
}

export interface TokenBucket {
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  /** As protobuf's JSON has durations: `10s`. */
  readonly fillInterval: string;
}

/** Exactly one of exact, prefix, suffix, regex (RE2, of the whole value) and present. */
export interface HeaderCondition {
  readonly name: string;
  readonly exact?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly regex?: string;
  readonly present?: true;
  readonly ignoreCase?: true;
  /** A header that is missing counts as an empty one; otherwise it fails the condition. */
  readonly missingIsEmpty?: true;
  /** The condition must fail. */
  readonly not?: true;
}

/** Requests that lack the header, or share a bucket of `default`, or, without a default, are not limited. */
export type Dimension = { readonly name: string; readonly header: string; readonly default?: string } | { readonly name: string; readonly source: 'remoteAddress' };
