import { socketAddress } from './addresses.js';
import type { HostPort } from './addresses.js';
import type { JsonObject } from './json.js';

/** `/stats/prometheus` of the admin server, and nothing else of it, on a port that may be scraped (15090). */
export function prometheusListener(address: HostPort): JsonObject {
  const route = { match: { prefix: '/stats/prometheus' }, route: { cluster: 'prometheus_stats' } };
  return {
    name: 'prometheus_stats',
    address: socketAddress(address),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              codec_type: 'AUTO',
              stat_prefix: 'stats',
              route_config: { virtual_hosts: [{ name: 'backend', domains: ['*'], routes: [route] }] },
              http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' } }],
            },
          },
        ],
      },
    ],
  };
}
