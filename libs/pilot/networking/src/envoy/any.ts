import type { Any } from '@quartet/api/google/protobuf/any';

/** What generated code offers for a message. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** A message wrapped with its type; `name` is the full name of the message. */
export function packAny<T>(name: string, codec: Codec<T>, message: T): Any {
  return { typeUrl: `type.googleapis.com/${name}`, value: Buffer.from(codec.encode(message).finish()) };
}
