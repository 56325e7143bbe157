import { hash } from 'node:crypto';
import { fieldSize, writeFieldHead } from './wire.js';

/**
 * One resource, encoded once. Immutable and shared by every client that gets it. Two resources of one content made by the
 * same ResourceEncoder are the same object, so that `===` says "unchanged".
 */
export interface EncodedResource {
  readonly typeUrl: string;
  readonly name: string;
  /** Digest of the content: the resource's own version (delta xDS needs one for each resource). */
  readonly version: string;
  /** Ready to be put into a DiscoveryResponse: tag and length of field 2, then the Any. */
  readonly field: Buffer;
  /** The encoded message itself: a view into `field`. */
  readonly message: Buffer;
}

export interface ResourceIdentity {
  readonly typeUrl: string;
  readonly name: string;
}

const RESOURCES_FIELD = 2;
const ANY_TYPE_URL_FIELD = 1;
const ANY_VALUE_FIELD = 2;

/** Wraps encoded message bytes; no interning. */
export function encodeResource({ typeUrl, name }: ResourceIdentity, message: Uint8Array): EncodedResource {
  return wrap({ typeUrl, name }, message, digest(message));
}

function digest(message: Uint8Array): string {
  return hash('sha1', message, 'base64url').slice(0, 16);
}

function wrap({ typeUrl, name }: ResourceIdentity, message: Uint8Array, version: string): EncodedResource {
  const typeLength = Buffer.byteLength(typeUrl);
  const anyLength = fieldSize(typeLength) + fieldSize(message.length);
  const field = Buffer.allocUnsafeSlow(fieldSize(anyLength));
  let at = writeFieldHead(field, { number: RESOURCES_FIELD, length: anyLength }, 0);
  at = writeFieldHead(field, { number: ANY_TYPE_URL_FIELD, length: typeLength }, at);
  at += field.write(typeUrl, at, 'utf8');
  at = writeFieldHead(field, { number: ANY_VALUE_FIELD, length: message.length }, at);
  field.set(message, at);
  return { typeUrl, name, version, field, message: field.subarray(at) };
}

/** What a ts-proto codec offers and the encoder needs. */
export interface MessageCodec<T> {
  encode(message: T): { finish(): Uint8Array };
}

/**
 * Encodes messages and interns the result: by the identity of the message object (no work at all for an object seen
 * before) and by content. Holds resources weakly: what no client uses any more is collected.
 */
export class ResourceEncoder {
  private readonly byMessage = new WeakMap<object, EncodedResource>();
  private readonly byContent = new Map<string, WeakRef<EncodedResource>>();
  private readonly collected = new FinalizationRegistry<string>((key) => {
    if (this.byContent.get(key)?.deref() === undefined) this.byContent.delete(key);
  });
  /** Messages encoded so far, and how many of them turned out to be known content. */
  encoded = 0;
  shared = 0;

  encode<T extends object>(identity: ResourceIdentity, message: T, codec: MessageCodec<T>): EncodedResource {
    const known = this.byMessage.get(message);
    if (known && known.name === identity.name) return known;
    const resource = this.intern(identity, codec.encode(message).finish());
    this.byMessage.set(message, resource);
    return resource;
  }

  /** As `encode`, for bytes that are encoded already. */
  intern(identity: ResourceIdentity, message: Uint8Array): EncodedResource {
    this.encoded++;
    const version = digest(message);
    const key = `${identity.typeUrl}\n${identity.name}\n${version}`;
    const known = this.byContent.get(key)?.deref();
    if (known) {
      this.shared++;
      return known;
    }
    const resource = wrap(identity, message, version);
    this.byContent.set(key, new WeakRef(resource));
    this.collected.register(resource, key);
    return resource;
  }

  /** Distinct resources that are alive. */
  get size(): number {
    return this.byContent.size;
  }
}
