import type { DispatchContext } from './dispatch/context.js';
import type { RoutingTable } from './routing/routing-table.js';
import type { GlobalDictionary } from './wire/dictionary.js';

/** What one RPC runs against: the routing table of the moment it came in. */
export interface RpcContext {
  readonly table: RoutingTable;
  readonly dictionary: GlobalDictionary;
  readonly dispatch: DispatchContext;
}
