export { ADS_TYPES, CDS, CLUSTER_TYPE, EDS, ENDPOINT_TYPE, LDS, LISTENER_TYPE, RDS, ROUTE_TYPE, SDS, SECRET_TYPE, type XdsType } from './xds-type.js';
export { encodeResource, ResourceEncoder, type EncodedResource, type MessageCodec, type ResourceIdentity } from './encoded-resource.js';
export { ResourceSet, type ResourceView } from './resource-set.js';
export { assembleResponse, type ResponseHead } from './discovery-response.js';
export type { Rejection, SentResponse, Subscription } from './subscription.js';
export { createXdsSession, XdsSession, type RequestOutcome, type XdsSessionEvents, type XdsSessionOptions } from './session.js';
export { PushQueue, type PushQueueOptions } from './push-queue.js';
export { ADS_METHOD, discoveryService, SDS_METHOD, STREAM } from './service-definition.js';
export type { Connection, DiscoveryStream, WriterLimits } from './connection.js';
export {
  DiscoveryServer, XdsRefusal, type DiscoveryServerEvents, type DiscoveryServerOptions, type Peer, type ResourceSource,
} from './discovery-server.js';
export { DiscoveryClient, type DiscoveryClientOptions } from './discovery-client.js';
