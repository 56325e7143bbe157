import { DiscoveryRequest } from '@quartet/api/envoy/service/discovery/v3/discovery';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

export const ADS_METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources';
export const SDS_METHOD = '/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets';

/** Name under which the handler of the one method is registered. */
export const STREAM = 'stream';

/** A state-of-the-world discovery stream whose responses are bytes already (assembleResponse). */
export function discoveryService(path: string): ServiceDefinition {
  const stream: MethodDefinition<DiscoveryRequest, Buffer> = {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: (request) => Buffer.from(DiscoveryRequest.encode(request).finish()),
    requestDeserialize: (bytes) => DiscoveryRequest.decode(bytes),
    responseSerialize: (bytes) => bytes,
    responseDeserialize: (bytes) => bytes,
  };
  return { [STREAM]: stream };
}
