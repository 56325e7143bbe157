import { fromBinary, fromJson, mergeFromBinary, toBinary, type JsonValue } from '@bufbuild/protobuf';
import type { Any } from '@quartet/api/google/protobuf/any';
import { describeMessage, descriptorRegistry } from '@quartet/model';
import type { Codec } from '../envoy/any.js';
import { modernize } from './v2-words.js';

/** A message with its full name, as patches make and merge it. */
export interface MessageType<T> {
  readonly name: string;
  readonly codec: Codec<T>;
}

/** @throws Error that says what of the value is not the message. */
export function messageFromValue<T>({ name, codec }: MessageType<T>, value: unknown): T {
  return codec.decode(patchBytes(name, value));
}

function patchBytes(name: string, value: unknown): Uint8Array {
  const schema = describeMessage(name);
  return toBinary(schema, fromJson(schema, modernize(value) as JsonValue, { registry: descriptorRegistry() }));
}

/** Protobuf's merge: lists are appended, messages merged, everything else overwritten. @throws Error as messageFromValue */
export function mergeValue<T>({ name, codec }: MessageType<T>, target: T, value: unknown): T {
  return codec.decode(mergeBytes(name, codec.encode(target).finish(), patchBytes(name, value)));
}

function mergeBytes(name: string, target: Uint8Array, patch: Uint8Array): Uint8Array {
  const schema = describeMessage(name);
  return toBinary(schema, mergeFromBinary(schema, fromBinary(schema, target), patch));
}

interface Named {
  name: string;
  typedConfig?: Any | undefined;
}

/** As mergeValue, but configurations of one type are merged too, not replaced. */
export function mergeFilter<T extends Named>(type: MessageType<T>, target: T, value: unknown): T {
  const patch = messageFromValue(type, value);
  const merged = mergeValue(type, target, value);
  const before = target.typedConfig;
  const added = patch.typedConfig;
  if (!before || !added || before.typeUrl !== added.typeUrl) return { ...merged, typedConfig: added ?? before };
  const bytes = mergeBytes(added.typeUrl.slice(added.typeUrl.indexOf('/') + 1), before.value, added.value);
  return { ...merged, typedConfig: { typeUrl: before.typeUrl, value: Buffer.from(bytes) } };
}
