import type { EncodedResource } from './encoded-resource.js';
import type { ResourceSet, ResourceView } from './resource-set.js';
import type { MutableSubscription } from './subscription.js';

/** One response that is to be sent. */
export interface PlannedResponse {
  readonly subscription: MutableSubscription;
  readonly resources: Iterable<EncodedResource>;
  /** Complete types: digest of the set if exactly that set is sent. */
  readonly setVersion?: string;
  /** The concatenated resources, where they are at hand. */
  readonly body?: Buffer;
  /** True if resources that the view lacks are sent once more, to be taken away later. */
  readonly withheld: boolean;
}

/**
 * What must be sent so that a client comes from what it was sent to `view`; empty if nothing differs. `subscriptions` are in
 * push order.
 */
export function planPush(subscriptions: readonly MutableSubscription[], view: ResourceView): PlannedResponse[] {
  const followers = new Map<string, Set<string>>();
  const planned = subscriptions.flatMap((subscription) => {
    const set = view.set(subscription.type.typeUrl);
    return subscription.type.complete
      ? planComplete(subscription, { set, followers, view })
      : planNamed(subscription, { set, forced: followers.get(subscription.type.typeUrl), view });
  });
  const changing = new Set(planned.map((response) => response.subscription.type.typeUrl));
  return planned.map((response) => withholdRemovals(response, changing));
}

interface CompleteInput {
  readonly set: ResourceSet;
  /** Collects, by type URL, the names that must be sent again. */
  readonly followers: Map<string, Set<string>>;
  readonly view: ResourceView;
}

function planComplete(subscription: MutableSubscription, { set, followers, view }: CompleteInput): PlannedResponse[] {
  if (subscription.setVersion === set.version) return [];
  const changed = [...set].filter((resource) => subscription.resources.get(resource.name)?.version !== resource.version);
  const { followedBy } = subscription.type;
  if (followedBy && changed.length > 0) {
    const followerSet = view.set(followedBy.typeUrl);
    const names = followedBy.which === 'all' ? followerSet.names() : changed.map(({ name }) => name).filter((name) => followerSet.has(name));
    followers.set(followedBy.typeUrl, new Set(names));
  }
  return [{ subscription, resources: set, setVersion: set.version, body: set.body, withheld: false }];
}

interface NamedInput {
  readonly set: ResourceSet;
  readonly forced: ReadonlySet<string> | undefined;
  readonly view: ResourceView;
}

function planNamed(subscription: MutableSubscription, { set, forced, view }: NamedInput): PlannedResponse[] {
  const { typeUrl } = subscription.type;
  // A client that watches nothing of a type yet would refuse an answer that it did not ask for.
  if (subscription.names.size === 0) return [];
  const names = forced ? new Set([...subscription.names, ...forced]) : subscription.names;
  const resources: EncodedResource[] = [];
  for (const name of names) {
    const resource = set.get(name) ?? view.missing?.(typeUrl, name);
    if (resource && (forced?.has(name) || subscription.resources.get(name)?.version !== resource.version)) resources.push(resource);
  }
  return resources.length === 0 ? [] : [{ subscription, resources, withheld: false }];
}

function withholdRemovals(response: PlannedResponse, changing: ReadonlySet<string>): PlannedResponse {
  const { subscription } = response;
  if (!subscription.type.referencedBy?.some((typeUrl) => changing.has(typeUrl))) return response;
  const next = new Set([...response.resources].map(({ name }) => name));
  const removed = [...subscription.resources.values()].filter(({ name }) => !next.has(name));
  return removed.length === 0 ? response : { subscription, resources: [...response.resources, ...removed], withheld: true };
}
