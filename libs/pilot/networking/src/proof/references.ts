import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import { HttpConnectionManager } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxy } from '@quartet/api/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { HCM_TYPE } from '../envoy/http-connection-manager.js';

export interface Reference {
  /** Name of the resource that refers. */
  readonly from: string;
  readonly cluster?: string | undefined;
  readonly table?: string | undefined;
}

const TCP_PROXY = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';

/** Every cluster and route table that listeners and tables name. */
export function* references(resources: { listeners: readonly Listener[]; routes: readonly RouteConfiguration[] }): Generator<Reference> {
  for (const table of resources.routes) yield* fromTable(table, table.name);
  for (const listener of resources.listeners) {
    const chains = listener.defaultFilterChain ? [...listener.filterChains, listener.defaultFilterChain] : listener.filterChains;
    for (const { filters } of chains) {
      for (const { typedConfig } of filters) {
        if (typedConfig?.typeUrl === TCP_PROXY) yield* fromTcp(TcpProxy.decode(typedConfig.value), listener.name);
        if (typedConfig?.typeUrl !== `type.googleapis.com/${HCM_TYPE}`) continue;
        const { rds, routeConfig } = HttpConnectionManager.decode(typedConfig.value);
        if (rds) yield { from: listener.name, table: rds.routeConfigName };
        if (routeConfig) yield* fromTable(routeConfig, listener.name);
      }
    }
  }
}

function* fromTcp(proxy: TcpProxy, from: string): Generator<Reference> {
  if (proxy.cluster !== undefined) yield { from, cluster: proxy.cluster };
  for (const { name } of proxy.weightedClusters?.clusters ?? []) yield { from, cluster: name };
}

function* fromTable(table: RouteConfiguration, from: string): Generator<Reference> {
  for (const { routes } of table.virtualHosts) {
    for (const { route } of routes) {
      if (route?.cluster !== undefined) yield { from, cluster: route.cluster };
      for (const { name } of route?.weightedClusters?.clusters ?? []) yield { from, cluster: name };
      for (const { cluster } of route?.requestMirrorPolicies ?? []) if (cluster !== '') yield { from, cluster };
    }
  }
}
