import {
  EnvoyFilter_DeprecatedListenerMatch_ListenerProtocol as ListenerProtocol, EnvoyFilter_DeprecatedListenerMatch_ListenerType as ListenerType,
  EnvoyFilter_Filter_FilterType as FilterType, EnvoyFilter_InsertPosition_Index as Index,
  type EnvoyFilter_DeprecatedListenerMatch as ListenerMatch, type EnvoyFilter_Filter,
} from '@quartet/api/istio/networking/v1alpha3/envoy_filter';
import { Filter, type FilterChain } from '@quartet/api/envoy/config/listener/v3/listener_components';
import { HttpFilter } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { Diagnostics } from '../diagnostics.js';
import { HTTP_CONNECTION_MANAGER } from '../envoy/http-connection-manager.js';
import { objectName } from '../push/config-list.js';
import type { EnvoyFilterObject } from '../push/envoy-filter-index.js';
import type { ListenerView } from '../view/listener-view.js';
import type { PatchContextView } from '../view/route-view.js';
import { editHttpFilters, type BuiltListener } from './listener-patches.js';
import { messageFromValue } from './message.js';
import { currentName } from './v2-words.js';

/** The `filters` of EnvoyFilter, deprecated in 1.4: filters put into the chains of matching listeners. */
export function insertDeprecatedFilters(built: readonly BuiltListener[], objects: readonly EnvoyFilterObject[], diagnostics: Diagnostics): readonly BuiltListener[] {
  if (objects.length === 0) return built;
  const views = new Map(built.flatMap(({ view }) => (view ? [[view.name, view] as const] : [])));
  return built.map((entry): BuiltListener => {
    let { listener } = entry;
    for (const object of objects) {
      for (const [i, filter] of object.spec.filters.entries()) {
        try {
          listener = insert(listener, filter, { view: entry.view, views });
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          diagnostics.error('PATCH_FAILED', { object: objectName(object), field: `filters[${i}].filterConfig` }, `${reason}; the filter is left out`);
        }
      }
    }
    return { ...entry, listener };
  });
}

interface Place {
  readonly view: ListenerView | undefined;
  readonly views: ReadonlyMap<string, ListenerView>;
}

function insert(listener: Listener, filter: EnvoyFilter_Filter, place: Place): Listener {
  if (!place.view?.patchContext || listener.name === 'virtualOutbound') return listener;
  const { view } = place;
  const chains = listener.filterChains.map((chain, i) => {
    const original = view.chains[i]?.originalListener;
    const owner = original ? place.views.get(original) : view;
    return owner && owner.name !== 'virtualInbound' && fitsListener(filter.listenerMatch, owner) && fitsChain(filter.listenerMatch, chain) ? insertInto(chain, filter) : chain;
  });
  return { ...listener, filterChains: chains };
}

const types: Readonly<Record<PatchContextView, ListenerType>> = {
  SIDECAR_INBOUND: ListenerType.SIDECAR_INBOUND, SIDECAR_OUTBOUND: ListenerType.SIDECAR_OUTBOUND, GATEWAY: ListenerType.GATEWAY,
};

function fitsListener(match: ListenerMatch | undefined, view: ListenerView): boolean {
  if (!match || !view.patchContext) return true;
  if (match.portNumber !== 0 && match.portNumber !== view.servicePort?.number) return false;
  if (match.portNamePrefix !== '' && !view.servicePort?.name.toLowerCase().startsWith(match.portNamePrefix.toLowerCase())) return false;
  if (match.listenerType !== ListenerType.ANY && match.listenerType !== types[view.patchContext]) return false;
  const ip = 'ip' in view.bind ? view.bind.ip : '';
  return match.address.length === 0 || match.address.some((entry) => entry === ip || entry === `${ip}/32` || inRange(ip, entry));
}

function inRange(ip: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  if (bits === '' || ip.includes(':') || network.includes(':')) return false;
  const number = (text: string) => text.split('.').reduce((value, part) => value * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(ip) / size) === Math.floor(number(network) / size);
}

const isHttp = (chain: FilterChain): boolean => chain.filters.some(({ name }) => name === HTTP_CONNECTION_MANAGER);

function fitsChain(match: ListenerMatch | undefined, chain: FilterChain): boolean {
  switch (match?.listenerProtocol) {
    case ListenerProtocol.HTTP:
      return isHttp(chain);
    case ListenerProtocol.TCP:
      return !isHttp(chain);
    default:
      return true;
  }
}

function insertInto(chain: FilterChain, filter: EnvoyFilter_Filter): FilterChain {
  const value = { name: filter.filterName, config: filter.filterConfig ?? {} };
  if (filter.filterType === FilterType.NETWORK) {
    const made = messageFromValue({ name: 'envoy.config.listener.v3.Filter', codec: Filter }, value);
    return { ...chain, filters: positioned(chain.filters, made, filter) };
  }
  if (filter.filterType !== FilterType.HTTP) return chain;
  const made = messageFromValue({ name: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter', codec: HttpFilter }, value);
  return { ...chain, filters: chain.filters.map((candidate) => editHttpFilters(candidate, (filters) => positioned(filters, made, filter))) };
}

/** The last filter is the terminal one: LAST, and AFTER it, mean just before it. */
function positioned<T extends { name: string }>(filters: readonly T[], made: T, { insertPosition }: EnvoyFilter_Filter): T[] {
  const end = Math.max(0, filters.length - 1);
  const at = filters.findIndex(({ name }) => name === currentName(insertPosition?.relativeTo ?? ''));
  switch (insertPosition?.index) {
    case Index.LAST:
      return filters.toSpliced(end, 0, made);
    case Index.BEFORE:
      return filters.toSpliced(at < 0 ? end : at, 0, made);
    case Index.AFTER:
      return filters.toSpliced(at < 0 ? 0 : Math.min(at + 1, end), 0, made);
    default:
      return [made, ...filters];
  }
}
