/** Why clients are pushed to, and what it concerns. Immutable; requests merge while they wait. */
export interface PushRequest {
  /** True: everything is compiled anew. False: only the endpoints of `hostnames` changed (an EDS-only push). */
  readonly full: boolean;
  /** Changed collections; empty = everything may have changed. */
  readonly collections: ReadonlySet<string>;
  /** Hosts whose endpoints changed. */
  readonly hostnames: ReadonlySet<string>;
  /** Addresses of workloads that changed themselves: proxies there get a full push. */
  readonly ips: ReadonlySet<string>;
  /** Of the push that made it; of several, the latest. */
  readonly version: string;
  /** When the first of the changes was seen, and when the request was queued; milliseconds since the epoch. */
  readonly changedAt: number;
  readonly queuedAt: number;
}

/** Hosts and addresses are united; collections too, unless one request means everything. Source: Istio 1.4 PushRequest.Merge. */
export function mergePushRequests(earlier: PushRequest, later: PushRequest): PushRequest {
  const everything = earlier.full && earlier.collections.size === 0 || later.full && later.collections.size === 0;
  return {
    full: earlier.full || later.full,
    collections: everything ? new Set() : union(earlier.collections, later.collections),
    hostnames: union(earlier.hostnames, later.hostnames),
    ips: union(earlier.ips, later.ips),
    version: later.version,
    changedAt: Math.min(earlier.changedAt, later.changedAt),
    queuedAt: Math.min(earlier.queuedAt, later.queuedAt),
  };
}

export function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  return b.size === 0 ? a : a.size === 0 ? b : new Set([...a, ...b]);
}
