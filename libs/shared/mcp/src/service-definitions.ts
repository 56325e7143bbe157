import type { MethodDefinition } from '@grpc/grpc-js';
import { RequestResources, ResourceSinkService, Resources, ResourceSourceService } from '@quartet/api/istio/mcp/v1alpha1/mcp';

const encodeRequest = (request: RequestResources): Buffer => Buffer.from(RequestResources.encode(request).finish());
const bytes = (message: Buffer): Buffer => message;

/** ResourceSource as its server has it: pushes are encoded already. */
export const sourceServerMethod: MethodDefinition<RequestResources, Buffer> = {
  path: ResourceSourceService.establishResourceStream.path,
  requestStream: true,
  responseStream: true,
  requestSerialize: encodeRequest,
  requestDeserialize: (message) => RequestResources.decode(message),
  responseSerialize: bytes,
  responseDeserialize: bytes,
};

/** ResourceSink as its client (a source that dials its sink) has it: pushes are encoded already. */
export const sinkClientMethod: MethodDefinition<Buffer, RequestResources> = {
  path: ResourceSinkService.establishResourceStream.path,
  requestStream: true,
  responseStream: true,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: encodeRequest,
  responseDeserialize: (message) => RequestResources.decode(message),
};

/** ResourceSource as its client (a sink that dials its source) has it. */
export const sourceClientMethod: MethodDefinition<RequestResources, Resources> = ResourceSourceService.establishResourceStream;

/** ResourceSink as its server has it. */
export const sinkServerMethod: MethodDefinition<Resources, RequestResources> = ResourceSinkService.establishResourceStream;
