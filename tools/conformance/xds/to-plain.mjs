import { fromBinary, toJson } from '@bufbuild/protobuf';
import { describeMessage, descriptorRegistry } from '@quartet/model';

export function toPlain(messageName, codec, message) {
  const schema = describeMessage(messageName);
  return toJson(schema, fromBinary(schema, codec.encode(message).finish()), { registry: descriptorRegistry() });
}
