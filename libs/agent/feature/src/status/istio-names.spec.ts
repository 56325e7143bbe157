import { expect, it } from 'vitest';
import { istioNames } from './istio-names.js';

it.each([
  ['# TYPE envoy_telemetry_istio_requests_total counter', '# TYPE istio_requests_total counter'],
  ['envoy_telemetry_istio_requests_total{reporter="source",source_app="",response_flags="-"} 3', 'istio_requests_total{reporter="source",source_app="unknown",response_flags="-"} 3'],
  ['envoy_telemetry_istio_request_bytes_bucket{le="0.5"} 0', 'istio_request_bytes_bucket{le="0.5"} 0'],
  ['envoy_cluster_upstream_rq{cluster_name=""} 3', 'envoy_cluster_upstream_rq{cluster_name=""} 3'],
  ['envoy_cluster_x{a="envoy_t_istio_"} 1', 'envoy_cluster_x{a="envoy_t_istio_"} 1'],
  ['istio_own 1', 'istio_own 1'],
])('%s', (envoy, istio) => expect(istioNames(`a 1\n${envoy}\nb 2\n`)).toBe(`a 1\n${istio}\nb 2\n`));
