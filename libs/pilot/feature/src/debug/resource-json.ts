import { fromBinary, toJson, type JsonValue } from '@bufbuild/protobuf';
import { descriptorRegistry } from '@quartet/model';
import type { EncodedResource } from '@quartet/xds';

/** A resource in the protobuf JSON mapping, with the messages inside Any fields written out. */
export function resourceJson({ typeUrl, message }: Pick<EncodedResource, 'typeUrl' | 'message'>): JsonValue {
  const registry = descriptorRegistry();
  const descriptor = registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (!descriptor) return { '@type': typeUrl, value: message.toString('base64') };
  const decoded = fromBinary(descriptor, message);
  try {
    return toJson(descriptor, decoded, { registry, useProtoFieldName: true });
  } catch (error) {
    return { '@type': typeUrl, error: error instanceof Error ? error.message : String(error), value: message.toString('base64') };
  }
}

/** As an Any is written in JSON. */
export function anyJson(resource: Pick<EncodedResource, 'typeUrl' | 'message'>): JsonValue {
  const json = resourceJson(resource);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { '@type': resource.typeUrl, ...json } : json;
}
