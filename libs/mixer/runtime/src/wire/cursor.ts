/** Bytes that are not the protobuf message they should be. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

export const WireType = { VARINT: 0, FIXED64: 1, LEN: 2, FIXED32: 5 } as const;

/** A position in protobuf bytes, reading forward up to `end`. Strings and messages are left where they are. */
export class Cursor {
  constructor(
    readonly bytes: Buffer,
    public position: number = 0,
    public end: number = bytes.length,
  ) {}

  get done(): boolean {
    return this.position >= this.end;
  }

  /** A varint's low 32 bits, as a signed number; what is above them is skipped. */
  int32(): number {
    let byte = this.#byte();
    let result = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift > 63) throw new WireError('varint is longer than 10 bytes');
      byte = this.#byte();
      if (shift < 32) result |= (byte & 0x7f) << shift;
    }
    return result;
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  sint32(): number {
    const zigzag = this.int32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** Exact: a number while that is safe, else a bigint. */
  int64(): number | bigint {
    const start = this.position;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    this.position = start;
    return this.#longInt64();
  }

  double(): number {
    this.#need(8);
    const value = this.bytes.readDoubleLE(this.position);
    this.position += 8;
    return value;
  }

  /** Enters a length-delimited field: the position is at its first byte, the result is one past its last. */
  length(): number {
    const end = this.uint32() + this.position;
    if (end > this.end) throw new WireError('field is longer than its message');
    return end;
  }

  text(): string {
    const end = this.length();
    const text = this.bytes.toString('utf8', this.position, end);
    this.position = end;
    return text;
  }

  skip(wireType: number): void {
    if (wireType === WireType.VARINT) this.int32();
    else if (wireType === WireType.LEN) this.position = this.length();
    else this.#skipFixed(wireType);
  }

  #skipFixed(wireType: number): void {
    if (wireType !== WireType.FIXED64 && wireType !== WireType.FIXED32) throw new WireError(`wire type ${wireType} is not known`);
    const size = wireType === WireType.FIXED64 ? 8 : 4;
    this.#need(size);
    this.position += size;
  }

  #longInt64(): number | bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (shift > 63n) throw new WireError('varint is longer than 10 bytes');
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const signed = BigInt.asIntN(64, value);
    return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(signed) : signed;
  }

  #byte(): number {
    if (this.position >= this.end) throw new WireError('message ends within a field');
    return this.bytes[this.position++] as number;
  }

  #need(size: number): void {
    if (this.position + size > this.end) throw new WireError('message ends within a field');
  }
}
