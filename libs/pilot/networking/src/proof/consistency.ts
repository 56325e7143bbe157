import type { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { FilterChain } from '@quartet/api/envoy/config/listener/v3/listener_components';
import type { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import { isIp } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { agentClusters } from '../envoy/config-source.js';
import { references } from './references.js';
import { proveRoutes } from './route-proof.js';

export interface Resources {
  readonly clusters: readonly Cluster[];
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouteConfiguration[];
}

/**
 * Stage 5: what Envoy would refuse is left out and said; what it takes but can't serve is said. Checked: names and addresses of
 * listeners are unique, so are conditions of chains and domains of a table; every cluster and table that is named exists; weights add up.
 */
export function proveConsistency(resources: Resources, diagnostics: Diagnostics): Resources {
  const clusters = uniqueBy(resources.clusters, ({ name }) => name, (name) => diagnostics.warn('DUPLICATE_CLUSTER', { object: name }, 'a cluster of this name exists already; this one is left out'));
  const listeners = proveListeners(resources.listeners, diagnostics);
  const routes = resources.routes.map((table) => proveRoutes(table, diagnostics));
  proveReferences({ clusters, listeners, routes }, diagnostics);
  return { clusters, listeners, routes };
}

function uniqueBy<T>(list: readonly T[], keyOf: (item: T) => string | undefined, repeated: (key: string) => void): T[] {
  const seen = new Set<string>();
  return list.filter((item) => {
    const key = keyOf(item);
    if (key === undefined) return true;
    if (seen.has(key)) repeated(key);
    return seen.has(key) ? false : seen.add(key);
  });
}

function proveListeners(listeners: readonly Listener[], diagnostics: Diagnostics): Listener[] {
  const duplicate = (what: string) => (key: string) => diagnostics.error('DUPLICATE_LISTENER', { object: key }, `another listener has this ${what}; this one is left out`);
  const named = uniqueBy(listeners, ({ name }) => name, duplicate('name'));
  const placed = uniqueBy(named, (listener) => (listener.bindToPort === false ? undefined : addressOf(listener)), duplicate('address'));
  return placed.flatMap((listener) => {
    const ip = listener.address?.socketAddress?.address;
    if (ip !== undefined && !isIp(ip)) {
      diagnostics.error('INVALID_FIELD', { object: listener.name, field: 'address' }, `${JSON.stringify(ip)} is no IP address; the listener is left out`);
      return [];
    }
    const filterChains = uniqueBy(listener.filterChains, matchKey, (key) => diagnostics.warn('DUPLICATE_LISTENER', { object: listener.name, field: `filterChains[${key}]` }, 'another chain has the same conditions; this one is left out'));
    if (filterChains.length === 0 && !listener.defaultFilterChain) {
      diagnostics.error('INVALID_FIELD', { object: listener.name, field: 'filterChains' }, 'no chain is left; the listener is left out');
      return [];
    }
    return [{ ...listener, filterChains }];
  });
}

function addressOf({ address }: Listener): string | undefined {
  if (address?.pipe) return address.pipe.path;
  return address?.socketAddress ? `${address.socketAddress.address}:${address.socketAddress.portValue}` : undefined;
}

const matchKey = ({ filterChainMatch }: FilterChain): string => JSON.stringify(filterChainMatch ?? {}, (_, value: unknown) => (isEmpty(value) ? undefined : value));

function isEmpty(value: unknown): boolean {
  return value === '' || value === undefined || value === 0 || (Array.isArray(value) && value.length === 0);
}

function proveReferences(resources: Resources, diagnostics: Diagnostics): void {
  const clusters = new Set([...resources.clusters.map(({ name }) => name), ...Object.values(agentClusters)]);
  const tables = new Set(resources.routes.map(({ name }) => name));
  for (const { from, cluster, table } of references(resources)) {
    if (cluster !== undefined && !clusters.has(cluster)) diagnostics.warn('UNKNOWN_DESTINATION', { object: from, field: cluster }, 'no such cluster: requests get 503 (no service, port or subset of that name is visible to this proxy)');
    if (table !== undefined && !tables.has(table)) diagnostics.error('UNKNOWN_ROUTE_TABLE', { object: from, field: table }, 'no such route table: the listener would wait for it');
  }
}
