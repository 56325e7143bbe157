import type { ProtoReader } from './proto-reader.js';

/** An address in text form; port 0 if it has none. */
export interface SocketAddress {
  readonly ip: string;
  readonly port: number;
}

/** envoy.config.core.v3.Address at the reader; undefined if it is a pipe or an internal address. */
export function readAddress(reader: ProtoReader): SocketAddress | undefined {
  let address: SocketAddress | undefined;
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) address = readSocketAddress(reader);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return address;
}

function readSocketAddress(reader: ProtoReader): SocketAddress {
  let ip = '';
  let port = 0;
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) ip = reader.string();
    else if (tag === 0x18) port = reader.uint32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { ip, port };
}

/** A `map<string, string>` entry at the reader, put into `map`. */
export function readStringEntry(reader: ProtoReader, map: Map<string, string>): void {
  let key = '';
  let value = '';
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) key = reader.string();
    else if (tag === 0x12) value = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
  map.set(key, value);
}

/** google.protobuf.Timestamp or Duration. */
export interface SecondsNanos {
  readonly seconds: number;
  readonly nanos: number;
}

export function readSecondsNanos(reader: ProtoReader): SecondsNanos {
  let seconds = 0;
  let nanos = 0;
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) seconds = reader.int64();
    else if (tag === 0x10) nanos = reader.int64();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { seconds, nanos };
}
