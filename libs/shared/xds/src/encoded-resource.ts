import { hash } from 'node:crypto';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
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
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
}

/** Contents of one name that are compared before a digest is made: those of the newest pushes. */
const recentVariants = 4;

/** What is known of one name. */
class Variants {
  /** Newest first. */
  recent: WeakRef<EncodedResource>[] = [];
  readonly byVersion = new Map<string, WeakRef<EncodedResource>>();

  find(message: Uint8Array): EncodedResource | undefined {
    for (const reference of this.recent) {
      const resource = reference.deref();
      if (resource && resource.message.equals(message)) return resource;
    }
    return undefined;
  }

  remember(resource: EncodedResource): void {
    const reference = new WeakRef(resource);
    this.byVersion.set(resource.version, reference);
    this.recent = [reference, ...this.recent.slice(0, recentVariants - 1)];
  }
}

/**
 * Encodes messages and interns the result: by the identity of the message object (no work at all for an object seen
 * before) and by content. Holds resources weakly: what no client uses any more is collected.
 */
export class ResourceEncoder {
  private readonly byMessage = new WeakMap<object, EncodedResource>();
  private readonly types = new Map<string, Map<string, Variants>>();
  private writer = new BinaryWriter();
  private readonly collected = new FinalizationRegistry<ResourceIdentity & { version: string }>((gone) => this.forget(gone));
  /** Messages encoded so far, and how many of them turned out to be known content. */
  encoded = 0;
  shared = 0;
  /** Distinct resources that are alive. */
  size = 0;

  encode<T extends object>(identity: ResourceIdentity, message: T, codec: MessageCodec<T>): EncodedResource {
    const known = this.byMessage.get(message);
    if (known && known.name === identity.name) return known;
    const resource = this.intern(identity, this.write(message, codec));
    this.byMessage.set(message, resource);
    return resource;
  }

  /** As `encode`, for bytes that are encoded already. */
  intern(identity: ResourceIdentity, message: Uint8Array): EncodedResource {
    this.encoded++;
    const variants = this.variantsOf(identity);
    const recent = variants.find(message);
    if (recent) {
      this.shared++;
      return recent;
    }
    const version = digest(message);
    const known = variants.byVersion.get(version)?.deref();
    if (known) this.shared++;
    else this.size++;
    const resource = known ?? wrap(identity, message, version);
    variants.remember(resource);
    if (!known) this.collected.register(resource, { ...identity, version });
    return resource;
  }

  /** One writer for all: its buffer has grown to what resources need. */
  private write<T>(message: T, codec: MessageCodec<T>): Uint8Array {
    try {
      return codec.encode(message, this.writer).finish();
    } catch (error) {
      this.writer = new BinaryWriter();
      throw error;
    }
  }

  private variantsOf({ typeUrl, name }: ResourceIdentity): Variants {
    let names = this.types.get(typeUrl);
    if (!names) this.types.set(typeUrl, (names = new Map()));
    let variants = names.get(name);
    if (!variants) names.set(name, (variants = new Variants()));
    return variants;
  }

  private forget({ typeUrl, name, version }: ResourceIdentity & { version: string }): void {
    this.size--;
    const names = this.types.get(typeUrl);
    const variants = names?.get(name);
    if (variants?.byVersion.get(version)?.deref() !== undefined) return;
    variants?.byVersion.delete(version);
    if (variants?.byVersion.size === 0) names?.delete(name);
  }
}
