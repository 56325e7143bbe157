import { Resolution, type IstioEndpoint, type Service } from '@quartet/model';
import { serviceKey, type IndexedServiceSnapshot } from './indexed-snapshot.js';

/** How one snapshot differs from the one before it. */
export interface ServiceChange {
  /** `none`; `endpoints`: new load assignments are enough, except for `ips`; `full`: everything is to be compiled anew. */
  readonly scope: 'none' | 'endpoints' | 'full';
  /** Hosts whose service or endpoints changed. */
  readonly hostnames: ReadonlySet<string>;
  /** Addresses whose own instances or Pod changed: a proxy there needs a full push even if others don't. */
  readonly ips: ReadonlySet<string>;
}

const unchanged: ServiceChange = Object.freeze({ scope: 'none', hostnames: new Set<string>(), ips: new Set<string>() });

/** Compares by content; parts that are the same object are not looked into. */
export function compareSnapshots(before: IndexedServiceSnapshot, after: IndexedServiceSnapshot): ServiceChange {
  const hostnames = new Set<string>();
  const ips = new Set<string>();
  const servicesChanged = compareServices(before.services, after.services, hostnames);
  const inClusters = namedInClusters(after.services);
  let needsFull = servicesChanged;
  for (const key of new Set([...before.endpointsByService.keys(), ...after.endpointsByService.keys()])) {
    const old = before.endpointsByService.get(key) ?? [];
    const now = after.endpointsByService.get(key) ?? [];
    if (old === now || sameContent(old, now)) continue;
    hostnames.add(key.slice(key.indexOf('/') + 1));
    for (const ip of changedAddresses(old, now)) ips.add(ip);
    needsFull ||= inClusters.has(key);
  }
  for (const ip of changedPods(before, after)) ips.add(ip);
  if (hostnames.size === 0 && ips.size === 0 && !servicesChanged) return unchanged;
  return { scope: needsFull ? 'full' : 'endpoints', hostnames, ips };
}

/** Adds the hosts whose service differs; returns whether any does. Order counts: it decides conflicts. */
function compareServices(before: readonly Service[], after: readonly Service[], hostnames: Set<string>): boolean {
  const old = new Set(before.map(contentKey));
  const now = new Set(after.map(contentKey));
  for (const service of after) if (!old.has(contentKey(service))) hostnames.add(service.hostname);
  for (const service of before) if (!now.has(contentKey(service))) hostnames.add(service.hostname);
  return hostnames.size > 0 || before.length !== after.length;
}

const contentKeys = new WeakMap<object, string>();

/** JSON of a frozen object, made once. */
function contentKey(value: object): string {
  let key = contentKeys.get(value);
  if (key === undefined) contentKeys.set(value, (key = JSON.stringify(value)));
  return key;
}

/** Services whose endpoints stand in the cluster itself (DNS) or in listeners (headless). */
function namedInClusters(services: readonly Service[]): ReadonlySet<string> {
  return new Set(services.filter(({ resolution }) => resolution !== Resolution.ClientSideLB).map(({ hostname, attributes }) => serviceKey(hostname, attributes.namespace)));
}

function sameContent(a: readonly IstioEndpoint[], b: readonly IstioEndpoint[]): boolean {
  return a.length === b.length && a.every((endpoint, i) => contentKey(endpoint) === contentKey(b[i]!));
}

function changedAddresses(before: readonly IstioEndpoint[], after: readonly IstioEndpoint[]): Set<string> {
  const old = new Set(before.map(contentKey));
  const now = new Set(after.map(contentKey));
  const differing = [...before.filter((endpoint) => !now.has(contentKey(endpoint))), ...after.filter((endpoint) => !old.has(contentKey(endpoint)))];
  return new Set(differing.map(({ address }) => address));
}

/** Labels and probes of a proxy come from its Pod, whether or not it serves anything. */
function changedPods({ podsByIp: before }: IndexedServiceSnapshot, { podsByIp: after }: IndexedServiceSnapshot): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((ip) => {
    const [old, now] = [before.get(ip), after.get(ip)];
    return old !== now && (!old || !now || contentKey(old) !== contentKey(now));
  });
}
