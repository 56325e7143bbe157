import { describeRules } from './testdata/rules.js';

describeRules({
  apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter',
  valid: {
    workloadSelector: { labels: { app: 'a' } },
    configPatches: [
      { applyTo: 'CLUSTER', match: { proxy: { proxyVersion: '1\\.4.*' }, cluster: { service: 'a.b' } }, patch: { operation: 'MERGE', value: { lb_policy: 'RING_HASH', connectTimeout: '1s', tls_context: { sni: 'x' } } } },
      {
        applyTo: 'HTTP_FILTER', match: { context: 'SIDECAR_INBOUND', listener: { filterChain: { filter: { name: 'envoy.http_connection_manager', subFilter: { name: 'envoy.router' } } } } },
        patch: { operation: 'INSERT_BEFORE', value: { name: 'envoy.lua', typed_config: { '@type': 'type.googleapis.com/envoy.config.filter.http.lua.v2.Lua', inlineCode: '' } } },
      },
      { applyTo: 'VIRTUAL_HOST', patch: { operation: 'REMOVE' } },
    ],
    filters: [{ filterType: 'HTTP', filterName: 'old', filterConfig: {}, insertPosition: { index: 'BEFORE', relativeTo: 'x' } }],
  },
  accepted: [
    ['configPatches[1].match.listener.filterChain.filter.name', 'envoy.filters.network.http_connection_manager'],
    ['configPatches[1].patch.value.typed_config', { '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua', inlineCode: '' }],
  ],
  refused: [
    ['workloadSelector.labels', {}, 'at least one label'],
    ['configPatches[0].applyTo', undefined, 'is required'],
    ['configPatches[0].patch', undefined, 'is required'],
    ['configPatches[0].patch.operation', 'INVALID', 'is required'],
    ['configPatches[0].patch.value', undefined, 'unless the operation is REMOVE'],
    ['configPatches[0].patch.value.lb_policy', 'FASTEST', 'expected one of ROUND_ROBIN'],
    ['configPatches[0].patch.value.nonsense', 1, 'unknown field (in envoy.config.cluster.v3.Cluster)'],
    ['configPatches[0].match.proxy.proxyVersion', 'a++(', 'not a regular expression'],
    ['configPatches[1].match.listener.filterChain.filter.name', 'other', 'needs a match of the filter', 'configPatches[1].match.listener.filterChain.filter.subFilter'],
    ['configPatches[1].match.listener.filterChain.filter.subFilter.name', '', 'is required'],
    ['configPatches[2].match', { cluster: {} }, 'is matched by routeConfiguration', 'configPatches[2].match.cluster'],
    ['filters[0].insertPosition.relativeTo', '', 'need the name of a filter'],
    ['filters[0].filterConfig', undefined, 'is required'],
  ],
});
