import { status } from '@grpc/grpc-js';
import type { RequestResources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { TRIGGER_COLLECTION } from './collections.js';
import { McpError } from './mcp-error.js';
import type { McpReporter } from './reporter.js';
import { calculateDelta, trackVersions, type ResourceVersions } from './resource-versions.js';
import type { CollectionSnapshot } from './snapshot.js';
import type { SnapshotCache } from './snapshot-cache.js';

export interface SourceCollections {
  supports(collection: string): boolean;
  /** Group of the snapshot cache in which it stands. */
  groupOf(collection: string): string;
  /** Whether it may be sent incrementally to a sink that wishes so. */
  incremental(collection: string): boolean;
}

export interface SourceOutlet {
  /** Sends one encoded message. False: the peer is slow, `session.resume()` will be called. */
  write(message: Buffer): boolean;
  /** The source ends the stream. */
  end(error: McpError): void;
}

interface Pending {
  readonly nonce: string;
  readonly version: string;
  readonly versions: ResourceVersions;
}

interface Subscription {
  cancel: () => void;
  pending: Pending | undefined;
  acked: ResourceVersions;
  ackedVersion: string;
  incremental: boolean;
  lastError: string;
}

/** State of one subscription, for debugging. */
export interface SubscriptionState {
  readonly acked: string;
  readonly pending: string;
  readonly resources: number;
  readonly lastError: string;
}

/**
 * The source's half of one stream (Istio 1.4 pkg/mcp/source). At most one unacknowledged push per collection; later states
 * coalesce until its ACK. A NACKed version isn't sent again. Queued pushes are bounded: one slot a collection, the newest wins.
 */
export class SourceSession {
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #queue = new Map<string, CollectionSnapshot>();
  #nonce = 0;
  #blocked = false;
  #closed = false;
  /** Id of the sink as its last request named it. */
  sinkId = '';

  constructor(
    private readonly cache: SnapshotCache,
    private readonly collections: SourceCollections,
    private readonly outlet: SourceOutlet,
    private readonly report: McpReporter,
  ) {}

  /** @throws McpError (INVALID_ARGUMENT) for a collection that isn't served: the stream ends with it. */
  onRequest(request: RequestResources): void {
    const { collection, responseNonce: nonce, errorDetail } = request;
    if (collection === TRIGGER_COLLECTION && errorDetail?.code === status.UNIMPLEMENTED) return;
    if (!this.collections.supports(collection)) throw new McpError(status.INVALID_ARGUMENT, `unsupported collection "${collection}"`);
    this.sinkId = request.sinkNode?.id ?? this.sinkId;
    const subscription = this.#subscription(request);
    const { pending } = subscription;
    if (nonce !== '' && nonce !== pending?.nonce) return this.#stale(request);
    if (pending) this.#settle(subscription, pending, request);
    subscription.pending = undefined;
    subscription.incremental = request.incremental && this.collections.incremental(collection);
    subscription.cancel();
    subscription.cancel = this.cache.watch(this.collections.groupOf(collection), { collection, known: pending?.version ?? '' }, (state) => this.#onState(state));
  }

  /** The peer takes messages again. */
  resume(): void {
    this.#blocked = false;
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#queue.clear();
    for (const { cancel } of this.#subscriptions.values()) cancel();
  }

  describe(): Record<string, SubscriptionState> {
    return Object.fromEntries(
      [...this.#subscriptions].map(([collection, { ackedVersion, pending, acked, lastError }]) => [collection, { acked: ackedVersion, pending: pending?.version ?? '', resources: acked.size, lastError }]),
    );
  }

  /** The first request of an incremental subscription says what the sink still holds from an earlier stream. */
  #subscription({ collection, initialResourceVersions }: RequestResources): Subscription {
    let subscription = this.#subscriptions.get(collection);
    if (!subscription) {
      const acked = new Map(Object.entries(initialResourceVersions));
      subscription = { cancel: () => {}, pending: undefined, acked, ackedVersion: '', incremental: false, lastError: '' };
      this.#subscriptions.set(collection, subscription);
    }
    return subscription;
  }

  #settle(subscription: Subscription, pending: Pending, { collection, errorDetail }: RequestResources): void {
    if (errorDetail) {
      subscription.lastError = `${pending.version}: ${errorDetail.message}`;
      return this.report.nack(collection, errorDetail.code, errorDetail.message);
    }
    subscription.acked = pending.versions;
    subscription.ackedVersion = pending.version;
    subscription.lastError = '';
    this.report.ack(collection);
  }

  #stale({ collection, errorDetail }: RequestResources): void {
    if (errorDetail) this.report.nack(collection, errorDetail.code, errorDetail.message);
    else this.report.ack(collection);
  }

  #onState(state: CollectionSnapshot | undefined): void {
    if (this.#closed) return;
    if (!state) return this.outlet.end(new McpError(status.UNAVAILABLE, 'the source ended the watch'));
    this.#queue.set(state.collection, state);
    this.#pump();
  }

  #pump(): void {
    for (const [collection, state] of this.#queue) {
      if (this.#blocked || this.#closed) return;
      this.#queue.delete(collection);
      this.#push(state);
    }
  }

  #push(state: CollectionSnapshot): void {
    const subscription = this.#subscriptions.get(state.collection);
    if (!subscription) return;
    const nonce = String(++this.#nonce);
    const { acked, incremental } = subscription;
    const versions = trackVersions(new Map(), { incremental: false, resources: state.resources, removedResources: [] });
    subscription.pending = { nonce, version: state.version, versions };
    const message = incremental ? state.encodeDelta(calculateDelta(state.resources, acked), nonce) : state.encode(nonce);
    this.report.messageSize(state.collection, message.length);
    this.#blocked = !this.outlet.write(message);
  }
}
