import { Value } from '@quartet/api/google/protobuf/struct';
import { ProtoReader } from './proto-reader.js';

const stringValueTag = 0x1a;
const boolValueTag = 0x20;

/**
 * Dynamic metadata (map of namespace to google.protobuf.Struct) read on demand: most of it is never looked at. Bytes are
 * those of envoy.config.core.v3.Metadata.
 */
export class MetadataView {
  private readonly structs = new Map<string, Buffer>();

  constructor(bytes: Buffer | undefined) {
    if (bytes) readMapEntries(bytes, (key, value) => this.structs.set(key, value));
  }

  namespaces(): IterableIterator<string> {
    return this.structs.keys();
  }

  has(namespace: string): boolean {
    return this.structs.has(namespace);
  }

  /** Fields of a namespace as plain values. */
  fields(namespace: string): Readonly<Record<string, unknown>> | undefined {
    const bytes = this.structs.get(namespace);
    if (!bytes) return undefined;
    const fields: Record<string, unknown> = {};
    readMapEntries(bytes, (name, value) => (fields[name] = plainValue(value)));
    return fields;
  }

  /** One string of a namespace, without decoding the rest. */
  text(namespace: string, key: string): string | undefined {
    const bytes = this.structs.get(namespace);
    let text: string | undefined;
    if (bytes) {
      readMapEntries(bytes, (name, value) => {
        if (name !== key) return;
        const reader = new ProtoReader(value);
        for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
          if (tag === stringValueTag) text = reader.string();
          else reader.skip(tag);
        }
      });
    }
    return text;
  }
}

/** What google.protobuf.Value bytes hold; texts and truth values, which are most, without the generated code. */
function plainValue(bytes: Buffer): unknown {
  const reader = new ProtoReader(bytes);
  const tag = reader.tag();
  if (tag === stringValueTag || tag === boolValueTag) {
    const value = tag === boolValueTag ? reader.bool() : reader.string();
    if (reader.done) return value;
  }
  return Value.unwrap(Value.decode(bytes));
}

/** Entries of field 1, a map from string to a message. */
function readMapEntries(bytes: Buffer, visit: (key: string, value: Buffer) => void): void {
  const reader = new ProtoReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== 0x0a) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    let key = '';
    let value: Buffer = empty;
    for (let inner = reader.tag(); inner !== 0; inner = reader.tag()) {
      if (inner === 0x0a) key = reader.string();
      else if (inner === 0x12) value = reader.bytes();
      else reader.skip(inner);
    }
    reader.leave(outer);
    visit(key, value);
  }
}

const empty = Buffer.alloc(0);
