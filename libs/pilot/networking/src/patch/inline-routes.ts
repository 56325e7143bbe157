import { HttpConnectionManager } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Diagnostics } from '../diagnostics.js';
import { packAny } from '../envoy/any.js';
import { HCM_TYPE } from '../envoy/http-connection-manager.js';
import type { BuiltListener } from './listener-patches.js';
import { patchRoutes } from './route-patches.js';
import type { PatchSet } from './selection.js';

/** Route tables that stand inside inbound listeners are patched like those that RDS serves. */
export function patchInlineRoutes(entry: BuiltListener, sets: readonly PatchSet[], diagnostics: Diagnostics): BuiltListener {
  const { view, listener } = entry;
  if (!view?.patchContext) return entry;
  const filterChains = listener.filterChains.map((chain, i) => {
    const handler = view.chains[i]?.handler;
    const table = handler?.kind === 'http' && typeof handler.routes !== 'string' ? handler.routes : undefined;
    if (!table) return chain;
    const filters = chain.filters.map((filter) => {
      if (filter.typedConfig?.typeUrl !== `type.googleapis.com/${HCM_TYPE}`) return filter;
      const manager = HttpConnectionManager.decode(filter.typedConfig.value);
      if (!manager.routeConfig) return filter;
      const routeConfig = sets.reduce((result, set) => patchRoutes(result, set, { patch: table.patch, diagnostics }), manager.routeConfig);
      return routeConfig === manager.routeConfig ? filter : { ...filter, typedConfig: packAny(HCM_TYPE, HttpConnectionManager, { ...manager, routeConfig }) };
    });
    return { ...chain, filters };
  });
  return { ...entry, listener: { ...listener, filterChains } };
}
