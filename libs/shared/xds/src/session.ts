import type { DiscoveryRequest } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { assembleResponse } from './discovery-response.js';
import type { EncodedResource } from './encoded-resource.js';
import { planPush, type PlannedResponse } from './push-plan.js';
import type { ResourceView } from './resource-set.js';
import { MutableSubscription, type Rejection, type SentResponse, type Subscription } from './subscription.js';
import type { XdsType } from './xds-type.js';

/** What a request turned out to be. */
export type RequestOutcome = 'subscribe' | 'resubscribe' | 'ack' | 'nack' | 'stale' | 'unknown-type';

export interface XdsSessionEvents {
  sent?(subscription: Subscription, response: SentResponse): void;
  acked?(subscription: Subscription): void;
  rejected?(subscription: Subscription, rejection: Rejection): void;
  stale?(subscription: Subscription): void;
}

export interface XdsSessionOptions {
  /** Types that are served, in the order in which a push sends them. */
  readonly types: readonly XdsType[];
  /** Takes one encoded DiscoveryResponse. */
  readonly send: (response: Buffer) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly events?: XdsSessionEvents;
}

/**
 * The protocol of one state-of-the-world xDS stream, without its transport: requests in, encoded responses out.
 *
 * Rules: a response is answered by a request that carries its nonce, which is an ACK, or a NACK if it has error_detail; any
 * other nonce is stale and ignored. Only what differs from what the client was sent goes out: a complete type as a whole or
 * not at all, of a named type the resources that are new or changed. After a NACK nothing is repeated until the content
 * changes. A push goes in the order of `types`; resources that a push takes from a complete type while later types change too are
 * taken away only when the client has answered those (make before break).
 */
export class XdsSession {
  private readonly subscriptions = new Map<string, MutableSubscription>();
  private current: ResourceView | undefined;
  private nonces = 0;
  /** Complete types whose removals wait, with the responses that must be answered first. */
  private readonly deferred = new Map<string, Set<string>>();

  constructor(private readonly options: XdsSessionOptions) {}

  get view(): ResourceView | undefined {
    return this.current;
  }

  subscription(typeUrl: string): Subscription | undefined {
    return this.subscriptions.get(typeUrl);
  }

  /** In push order; only types that the client asked for. */
  all(): readonly Subscription[] {
    return this.options.types.flatMap((type) => this.subscriptions.get(type.typeUrl) ?? []);
  }

  /** True when every response was answered and nothing waits to be taken away. */
  get settled(): boolean {
    return this.deferred.size === 0 && this.all().every(isAnswered);
  }

  request(request: DiscoveryRequest): RequestOutcome {
    const type = this.options.types.find((candidate) => candidate.typeUrl === request.typeUrl);
    if (!type) return 'unknown-type';
    const known = this.subscriptions.get(type.typeUrl);
    if (!known) return this.subscribe(type, request);
    if (known.sent && request.responseNonce !== known.sent.nonce) {
      known.stale++;
      this.options.events?.stale?.(known);
      return 'stale';
    }
    const outcome = known.sent ? this.answered(known, { sent: known.sent, request }) : 'resubscribe';
    const asked = this.rename(known, request);
    this.finishRemovals(known, outcome);
    return asked && outcome === 'ack' ? 'resubscribe' : outcome;
  }

  /** Makes `view` the truth and sends what differs. Returns the number of responses sent. */
  push(view: ResourceView): number {
    this.current = view;
    this.deferred.clear();
    const planned = planPush(this.orderedSubscriptions(), view);
    const nonces = new Map(planned.map((response) => [response.subscription.type.typeUrl, this.send(response, view)]));
    for (const { subscription, withheld } of planned) {
      const { typeUrl, referencedBy } = subscription.type;
      if (withheld) this.deferred.set(typeUrl, new Set(referencedBy?.flatMap((other) => nonces.get(other) ?? [])));
    }
    return planned.length;
  }

  private orderedSubscriptions(): MutableSubscription[] {
    return this.options.types.flatMap((type) => this.subscriptions.get(type.typeUrl) ?? []);
  }

  private subscribe(type: XdsType, request: DiscoveryRequest): RequestOutcome {
    const subscription = new MutableSubscription(type);
    this.subscriptions.set(type.typeUrl, subscription);
    if (type.complete) this.sendAll(subscription);
    else this.rename(subscription, request);
    return 'subscribe';
  }

  private answered(subscription: MutableSubscription, answer: { sent: SentResponse; request: DiscoveryRequest }): RequestOutcome {
    const { sent, request } = answer;
    const at = this.options.now();
    if (request.errorDetail) {
      if (subscription.rejection?.nonce === sent.nonce) return 'nack';
      subscription.nacks++;
      const { code, message } = request.errorDetail;
      subscription.rejection = { nonce: sent.nonce, version: sent.version, at, code, message };
      this.options.events?.rejected?.(subscription, subscription.rejection);
      return 'nack';
    }
    if (subscription.acked?.nonce !== sent.nonce && subscription.rejection?.nonce !== sent.nonce) {
      subscription.acks++;
      subscription.acked = { nonce: sent.nonce, version: sent.version, at };
      subscription.rejection = undefined;
      this.options.events?.acked?.(subscription);
    }
    return 'ack';
  }

  /** Takes over the names of a request and answers those that are new. Returns whether the names changed. */
  private rename(subscription: MutableSubscription, request: DiscoveryRequest): boolean {
    if (subscription.type.complete) return false;
    const before = subscription.names;
    const added = request.resourceNames.filter((name) => !before.has(name));
    if (added.length === 0 && before.size === request.resourceNames.length) return false;
    subscription.names = new Set(request.resourceNames);
    for (const name of before) if (!subscription.names.has(name)) subscription.resources.delete(name);
    const view = this.current;
    if (!view) return true;
    // Resources sent ahead of the request were accepted with the last response; if that was not so they go out again.
    const accepted = request.versionInfo === subscription.sent?.version;
    const open = added.filter((name) => !accepted || !subscription.resources.has(name));
    const resources = open.flatMap((name) => view.set(subscription.type.typeUrl).get(name) ?? view.missing?.(subscription.type.typeUrl, name) ?? []);
    if (resources.length > 0) this.send({ subscription, resources, withheld: false }, view);
    return true;
  }

  private sendAll(subscription: MutableSubscription): void {
    const view = this.current;
    if (!view) return;
    const set = view.set(subscription.type.typeUrl);
    this.send({ subscription, resources: set, setVersion: set.version, body: set.body, withheld: false }, view);
  }

  private send(response: PlannedResponse, view: ResourceView): string {
    const { subscription, resources, body } = response;
    const list: readonly EncodedResource[] = [...resources];
    const nonce = `${++this.nonces}`;
    const head = { versionInfo: view.version, typeUrl: subscription.type.typeUrl, nonce };
    const bytes = assembleResponse(head, body ? [body] : list.map((resource) => resource.field));
    if (subscription.type.complete) subscription.resources = new Map(list.map((resource) => [resource.name, resource]));
    else for (const resource of list) subscription.resources.set(resource.name, resource);
    subscription.setVersion = response.setVersion;
    subscription.sent = { nonce, version: view.version, at: this.options.now(), resources: list.length, bytes: bytes.length };
    subscription.responses++;
    this.options.send(bytes);
    this.options.events?.sent?.(subscription, subscription.sent);
    return nonce;
  }

  /** Takes away what waited for this answer. A refused change still needs what it was to replace: the next push decides. */
  private finishRemovals(answered: MutableSubscription, outcome: RequestOutcome): void {
    for (const [typeUrl, awaited] of this.deferred) {
      const nonce = [answered.acked?.nonce, answered.rejection?.nonce].find((candidate) => candidate !== undefined && awaited.has(candidate));
      if (nonce === undefined) continue;
      if (outcome === 'nack') {
        this.deferred.delete(typeUrl);
        continue;
      }
      awaited.delete(nonce);
      if (awaited.size > 0) continue;
      this.deferred.delete(typeUrl);
      const subscription = this.subscriptions.get(typeUrl);
      if (subscription) this.sendAll(subscription);
    }
  }
}

function isAnswered({ sent, acked, rejection }: Subscription): boolean {
  return sent === undefined || acked?.nonce === sent.nonce || rejection?.nonce === sent.nonce;
}

export function createXdsSession(options: XdsSessionOptions): XdsSession {
  return new XdsSession(options);
}
