import { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import { Endpoint, LbEndpoint, LocalityLbEndpoints } from '@quartet/api/envoy/config/endpoint/v3/endpoint_components';
import type { AssignmentView, EndpointView, LocalityEndpointsView } from '../view/cluster-view.js';
import { address, pipe } from './address.js';
import { workloadStruct } from './peer-metadata.js';

export function buildEndpoints(view: AssignmentView): ClusterLoadAssignment {
  return loadAssignment(view.clusterName, view.localities);
}

export function loadAssignment(clusterName: string, localities: readonly LocalityEndpointsView[]): ClusterLoadAssignment {
  // Envoy refuses a locality of weight 0, and one without endpoints says nothing.
  return ClusterLoadAssignment.fromPartial({ clusterName, endpoints: localities.filter((group) => group.endpoints.length > 0).map(locality) });
}

function locality(view: LocalityEndpointsView): LocalityLbEndpoints {
  const [region = '', zone = '', ...rest] = view.locality.split('/');
  return LocalityLbEndpoints.fromPartial({
    locality: view.locality === '' ? undefined : { region, zone, subZone: rest.join('/') },
    lbEndpoints: view.endpoints.map(endpoint),
    loadBalancingWeight: view.weight,
    priority: view.priority,
  });
}

function endpoint(view: EndpointView): LbEndpoint {
  return LbEndpoint.fromPartial({
    endpoint: Endpoint.fromPartial({ address: view.family === 'unix' ? pipe(view.address) : address(view.address, view.port) }),
    loadBalancingWeight: view.weight > 0 ? view.weight : undefined,
    metadata: metadata(view),
  });
}

/** `istio.uid` feeds Mixer's destination.uid; `envoy.transport_socket_match` decides about mutual TLS. */
function metadata(view: EndpointView): { filterMetadata: Record<string, Record<string, unknown>> } | undefined {
  const istio = { ...(view.uid === '' ? {} : { uid: view.uid }), ...(view.network === '' ? {} : { network: view.network }), ...(view.workload ? workloadStruct(view.workload) : {}) };
  const tlsMode = view.tlsMode === '' || view.tlsMode === 'disabled' ? undefined : view.tlsMode;
  if (Object.keys(istio).length === 0 && tlsMode === undefined) return undefined;
  return {
    filterMetadata: {
      ...(Object.keys(istio).length > 0 ? { istio } : {}),
      'envoy.transport_socket_match': { tlsMode: tlsMode ?? 'disabled' },
    },
  };
}
