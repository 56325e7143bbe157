import { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import { Filter, FilterChain } from '@quartet/api/envoy/config/listener/v3/listener_components';
import { HttpConnectionManager, HttpFilter } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Diagnostics } from '../diagnostics.js';
import { packAny } from '../envoy/any.js';
import { HCM_TYPE, HTTP_CONNECTION_MANAGER } from '../envoy/http-connection-manager.js';
import type { ListenerView } from '../view/listener-view.js';
import type { PatchContextView } from '../view/route-view.js';
import { patchFilterList } from './filter-list.js';
import { mergeValue, messageFromValue, type MessageType } from './message.js';
import { ApplyTo, attempt, fitsContext, Operation, patchesOf, type PatchSet, type SelectedPatch } from './selection.js';
import { currentName } from './v2-words.js';

const listenerType: MessageType<Listener> = { name: 'envoy.config.listener.v3.Listener', codec: Listener };
const chainType: MessageType<FilterChain> = { name: 'envoy.config.listener.v3.FilterChain', codec: FilterChain };
const filterType: MessageType<Filter> = { name: 'envoy.config.listener.v3.Filter', codec: Filter };
const httpFilterType: MessageType<HttpFilter> = { name: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter', codec: HttpFilter };

export interface BuiltListener {
  readonly view: ListenerView | undefined;
  readonly listener: Listener;
}

export function patchListeners(built: readonly BuiltListener[], set: PatchSet, site: { router: boolean; diagnostics: Diagnostics }): readonly BuiltListener[] {
  const { diagnostics } = site;
  const result = built.flatMap((entry): BuiltListener[] => {
    const context = entry.view?.patchContext;
    const fitting = context ? set.filter((patch) => fitsContext(patch, context) && fitsListener(patch, entry.listener)) : [];
    if (fitting.length === 0) return [entry];
    const listener = patchListener(entry.listener, fitting, diagnostics);
    return listener ? [{ ...entry, listener }] : [];
  });
  const contexts: readonly PatchContextView[] = site.router ? ['GATEWAY'] : ['SIDECAR_OUTBOUND', 'SIDECAR_INBOUND'];
  for (const patch of patchesOf(set, ApplyTo.LISTENER, Operation.ADD)) {
    if (!contexts.some((context) => fitsContext(patch, context))) continue;
    const listener = attempt<Listener | undefined>(patch, undefined, { diagnostics, apply: () => messageFromValue(listenerType, patch.value) });
    if (listener) result.push({ view: undefined, listener });
  }
  return result;
}

function fitsListener(patch: SelectedPatch, listener: Listener): boolean {
  const match = patch.match?.listener;
  if (!match) return true;
  if (match.portNumber !== 0 && match.portNumber !== listener.address?.socketAddress?.portValue) return false;
  return match.name === '' || match.name === listener.name;
}

/** undefined: removed */
function patchListener(source: Listener, set: PatchSet, diagnostics: Diagnostics): Listener | undefined {
  let listener = source;
  for (const patch of patchesOf(set, ApplyTo.LISTENER, Operation.MERGE, Operation.REMOVE)) {
    if (patch.operation === Operation.REMOVE) return undefined;
    const current = listener;
    listener = attempt(patch, current, { diagnostics, apply: () => mergeValue(listenerType, current, patch.value) });
  }
  let chains = listener.filterChains.flatMap((chain) => patchChain(chain, set, diagnostics) ?? []);
  for (const patch of patchesOf(set, ApplyTo.FILTER_CHAIN, Operation.ADD)) {
    chains = attempt(patch, chains, { diagnostics, apply: () => [...chains, messageFromValue(chainType, patch.value)] });
  }
  return { ...listener, filterChains: chains };
}

function fitsChain(patch: SelectedPatch, chain: FilterChain): boolean {
  const match = patch.match?.listener?.filterChain;
  if (!match) return true;
  if (match.sni !== '' && !chain.filterChainMatch?.serverNames.includes(match.sni)) return false;
  return match.transportProtocol === '' || match.transportProtocol === chain.filterChainMatch?.transportProtocol;
}

function patchChain(source: FilterChain, set: PatchSet, diagnostics: Diagnostics): FilterChain | undefined {
  const fitting = set.filter((patch) => fitsChain(patch, source));
  let chain = source;
  for (const patch of patchesOf(fitting, ApplyTo.FILTER_CHAIN, Operation.MERGE, Operation.REMOVE)) {
    if (patch.operation === Operation.REMOVE) return undefined;
    const current = chain;
    chain = attempt(patch, current, { diagnostics, apply: () => mergeValue(chainType, current, patch.value) });
  }
  const network = patchesOf(fitting, ApplyTo.NETWORK_FILTER, Operation.MERGE, Operation.REMOVE, Operation.ADD, Operation.INSERT_BEFORE, Operation.INSERT_AFTER);
  const filters = patchFilterList(chain.filters, network, { type: filterType, diagnostics, matched: filterName, terminal: isTerminal });
  const http = patchesOf(fitting, ApplyTo.HTTP_FILTER, Operation.MERGE, Operation.REMOVE, Operation.ADD, Operation.INSERT_BEFORE, Operation.INSERT_AFTER).filter((patch) => {
    const name = filterName(patch);
    return name === '' || name === HTTP_CONNECTION_MANAGER;
  });
  return { ...chain, filters: http.length === 0 ? filters : filters.map((filter) => patchHttpFilters(filter, http, diagnostics)) };
}

const filterName = (patch: SelectedPatch): string => currentName(patch.match?.listener?.filterChain?.filter?.name ?? '');
const subFilterName = (patch: SelectedPatch): string => currentName(patch.match?.listener?.filterChain?.filter?.subFilter?.name ?? '');

const terminals: ReadonlySet<string> = new Set([HTTP_CONNECTION_MANAGER, 'envoy.filters.network.tcp_proxy', 'envoy.filters.network.redis_proxy']);
const isTerminal = ({ name }: Filter): boolean => terminals.has(name);

export function patchHttpFilters(filter: Filter, patches: readonly SelectedPatch[], diagnostics: Diagnostics): Filter {
  return editHttpFilters(filter, (filters) =>
    patchFilterList(filters, patches, { type: httpFilterType, diagnostics, matched: subFilterName, terminal: ({ name }) => name === 'envoy.filters.http.router' }),
  );
}

/** The HTTP filters of a connection manager changed; other filters stay. */
export function editHttpFilters(filter: Filter, edit: (filters: HttpFilter[]) => HttpFilter[]): Filter {
  if (filter.typedConfig?.typeUrl !== `type.googleapis.com/${HCM_TYPE}`) return filter;
  const manager = HttpConnectionManager.decode(filter.typedConfig.value);
  return { ...filter, typedConfig: packAny(HCM_TYPE, HttpConnectionManager, { ...manager, httpFilters: edit(manager.httpFilters) }) };
}
