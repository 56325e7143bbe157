import { TrafficDirection, type Metadata } from '@quartet/api/envoy/config/core/v3/base';
import { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import { FilterChain, FilterChainMatch, type ListenerFilter } from '@quartet/api/envoy/config/listener/v3/listener_components';
import { HttpInspector } from '@quartet/api/envoy/extensions/filters/listener/http_inspector/v3/http_inspector';
import { OriginalDst } from '@quartet/api/envoy/extensions/filters/listener/original_dst/v3/original_dst';
import { TlsInspector } from '@quartet/api/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector';
import { durationFromMs } from '@quartet/model';
import type { FilterChainMatchView, FilterChainView, ListenerView } from '../view/listener-view.js';
import { address, cidr, pipe } from './address.js';
import { packAny } from './any.js';
import { httpConnectionManager, type ListenerSettings } from './http-connection-manager.js';
import { istioConfig } from './metadata.js';
import { attributeMetadata, CHECK_TAG } from './mixer.js';
import { tcpFilters } from './tcp-filters.js';
import { downstreamTls } from './tls.js';

const directions = { INBOUND: TrafficDirection.INBOUND, OUTBOUND: TrafficDirection.OUTBOUND, UNSPECIFIED: TrafficDirection.UNSPECIFIED } as const;

export function buildListener(view: ListenerView, settings: ListenerSettings): Listener {
  const checked = view.chains.some(({ handler }) => handler.mixer?.check);
  const metadata = attributeMetadata({ ...view.attributes, ...(checked ? { [CHECK_TAG]: 'true' } : {}) });
  return Listener.fromPartial({
    name: view.name,
    address: 'path' in view.bind ? pipe(view.bind.path) : address(view.bind.ip, view.bind.port),
    trafficDirection: directions[view.direction],
    bindToPort: view.bindToPort ? undefined : false,
    useOriginalDst: view.useOriginalDst ? true : undefined,
    // Envoy crashes on a transparent listener that is not bound.
    transparent: view.transparent && view.bindToPort ? true : undefined,
    listenerFilters: view.inspectors.map(listenerFilter),
    listenerFiltersTimeout: view.detectionTimeoutMs === undefined ? undefined : durationFromMs(view.detectionTimeoutMs),
    continueOnListenerFiltersTimeout: view.detectionTimeoutMs !== undefined,
    metadata: Object.keys(metadata).length > 0 ? { filterMetadata: metadata, typedFilterMetadata: {} } : undefined,
    filterChains: view.chains.map((chain) => filterChain(chain, settings)),
  });
}

function listenerFilter(inspector: ListenerView['inspectors'][number]): ListenerFilter {
  const base = 'envoy.extensions.filters.listener';
  switch (inspector) {
    case 'tls':
      return { name: 'envoy.filters.listener.tls_inspector', typedConfig: packAny(`${base}.tls_inspector.v3.TlsInspector`, TlsInspector, TlsInspector.fromPartial({})) };
    case 'http':
      return { name: 'envoy.filters.listener.http_inspector', typedConfig: packAny(`${base}.http_inspector.v3.HttpInspector`, HttpInspector, {}) };
    default:
      return { name: 'envoy.filters.listener.original_dst', typedConfig: packAny(`${base}.original_dst.v3.OriginalDst`, OriginalDst, {}) };
  }
}

function filterChain(view: FilterChainView, settings: ListenerSettings): FilterChain {
  const mutualTls = view.tls?.source.kind === 'workload' && view.tls.requireClientCertificate;
  return FilterChain.fromPartial({
    filterChainMatch: view.match && chainMatch(view.match),
    transportSocket: view.tls && downstreamTls(view.tls),
    metadata: chainMetadata(view),
    filters: view.handler.kind === 'http' ? [httpConnectionManager(view.handler, { ...settings, mutualTls })] : tcpFilters(view.handler, { ...settings, mutualTls }),
  });
}

function chainMatch(view: FilterChainMatchView): FilterChainMatch {
  return FilterChainMatch.fromPartial({
    destinationPort: view.destinationPort || undefined,
    prefixRanges: view.destinations.map(cidr),
    serverNames: [...view.serverNames],
    transportProtocol: view.transportProtocol,
    applicationProtocols: [...view.applicationProtocols],
  });
}

function chainMetadata(view: FilterChainView): Metadata | undefined {
  const pilot = { ...(view.fallthrough ? { fallthrough: true } : {}), ...(view.originalListener === '' ? {} : { original_listener_name: view.originalListener }) };
  const filterMetadata = { ...istioConfig(view.config)?.filterMetadata, ...(Object.keys(pilot).length > 0 ? { pilot_meta: pilot } : {}) };
  return Object.keys(filterMetadata).length > 0 ? { filterMetadata, typedFilterMetadata: {} } : undefined;
}

/**
 * The last touch after user patches. Envoy does not come back to a chain without conditions once a connection's transport or
 * protocol has matched some other chain's; where HTTP chains are chosen by sniffing, the match-all chain is made the default one.
 */
export function placeDefaultChain(listener: Listener): Listener {
  const sniffed = listener.filterChains.some(({ filterChainMatch }) => filterChainMatch !== undefined && filterChainMatch.transportProtocol !== '');
  const at = listener.filterChains.findIndex(({ filterChainMatch }) => filterChainMatch === undefined);
  const chain = listener.filterChains[at];
  if (!sniffed || !chain || listener.defaultFilterChain) return listener;
  return { ...listener, filterChains: listener.filterChains.filter((candidate) => candidate !== chain), defaultFilterChain: chain };
}
