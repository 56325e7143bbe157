import type { EncodedResource } from './encoded-resource.js';
import type { XdsType } from './xds-type.js';

export interface SentResponse {
  readonly nonce: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly resources: number;
  readonly bytes: number;
}

export interface Rejection {
  readonly nonce: string;
  readonly version: string;
  readonly at: number;
  /** gRPC code of the client's error_detail. */
  readonly code: number;
  /** The client's own words. */
  readonly message: string;
}

/** What a client asked of one type, what it was sent and what it said to it. Written by its session only. */
export interface Subscription {
  readonly type: XdsType;
  /** Names asked for; empty for a complete type. */
  readonly names: ReadonlySet<string>;
  readonly sent: SentResponse | undefined;
  readonly acked: { readonly nonce: string; readonly version: string; readonly at: number } | undefined;
  /** The latest refusal; cleared by the next acceptance. */
  readonly rejection: Rejection | undefined;
  readonly responses: number;
  readonly acks: number;
  readonly nacks: number;
  /** Requests ignored because their nonce was not the latest. */
  readonly stale: number;
  /** What the client holds if it accepted everything, by name. */
  readonly resources: ReadonlyMap<string, EncodedResource>;
}

export class MutableSubscription implements Subscription {
  names: ReadonlySet<string> = new Set();
  sent: SentResponse | undefined;
  acked: Subscription['acked'];
  rejection: Rejection | undefined;
  responses = 0;
  acks = 0;
  nacks = 0;
  stale = 0;
  resources: Map<string, EncodedResource> = new Map();
  /** Digest of the whole set that was sent last: complete types only. */
  setVersion: string | undefined;

  constructor(readonly type: XdsType) {}

  wants(name: string): boolean {
    return this.type.complete || this.names.has(name);
  }
}
