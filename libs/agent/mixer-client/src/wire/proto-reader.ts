import { StringTable } from './string-table.js';

const strings = new StringTable();

/** A message that is not what its schema says: cut short, or with an impossible field. */
export class MalformedMessageError extends Error {
  readonly code = 'MALFORMED_MESSAGE';
}

/**
 * Forward protobuf reader over one buffer. `tag()` returns 0 at the end of the current message; a nested message is read
 * between `enter()` and `leave(outerEnd)`.
 */
export class ProtoReader {
  private position: number;
  private end: number;

  constructor(private readonly buffer: Buffer) {
    this.position = 0;
    this.end = buffer.length;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** Field key (`field << 3 | wireType`), 0 at the end. */
  tag(): number {
    return this.position >= this.end ? 0 : this.uint32();
  }

  uint32(): number {
    const buffer = this.buffer;
    let byte = this.next();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = this.position < this.end ? buffer[this.position++]! : this.next();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    for (let i = 0; i < 5; i++) if (this.next() < 0x80) return value >>> 0;
    throw new MalformedMessageError('varint longer than ten bytes');
  }

  /** int64 or uint64 as a number; exact up to 2^53. */
  int64(): number {
    let low = 0;
    let scale = 1;
    const start = this.position;
    for (let i = 0; i < 7; i++) {
      const byte = this.next();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return low;
      scale *= 128;
    }
    this.position = start;
    return this.wideInt64();
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    return this.uint32() !== 0;
  }

  string(): string {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return strings.decode(this.buffer, start, this.position);
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return this.buffer.subarray(start, this.position);
  }

  /** Enters a nested message; its result goes to `leave`. */
  enter(): number {
    const length = this.length();
    const outer = this.end;
    this.end = this.position + length;
    return outer;
  }

  leave(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  skip(tag: number): void {
    switch (tag & 7) {
      case 0: this.int64(); return;
      case 1: this.advance(8); return;
      case 2: this.advance(this.length()); return;
      case 5: this.advance(4); return;
      default: throw new MalformedMessageError(`wire type ${tag & 7} of field ${tag >>> 3} is not known`);
    }
  }

  private wideInt64(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.next();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new MalformedMessageError('varint longer than ten bytes');
  }

  private next(): number {
    if (this.position >= this.end) throw new MalformedMessageError('message is cut short');
    return this.buffer[this.position++]!;
  }

  private length(): number {
    const length = this.uint32();
    if (length > this.end - this.position) throw new MalformedMessageError('a length reaches past the end of its message');
    return length;
  }

  private advance(bytes: number): void {
    if (bytes > this.end - this.position) throw new MalformedMessageError('a field reaches past the end of its message');
    this.position += bytes;
  }
}
