/**
 * Forward protobuf writer over one growing buffer. Lengths are patched in place: a nested message reserves two bytes for
 * its length and moves only if it needs another width.
 */
export class ProtoWriter {
  private buffer: Buffer;
  private position = 0;

  constructor(capacity = 1024) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.position;
  }

  reset(): void {
    this.position = 0;
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.position));
  }

  /** Field key; `wireType` is 0 varint, 1 fixed64, 2 length-delimited. */
  tag(field: number, wireType: number): void {
    this.uint32((field << 3) | wireType);
  }

  /** An integer of 0..2^32-1. */
  uint32(value: number): void {
    this.reserve(5);
    const buffer = this.buffer;
    let position = this.position;
    while (value > 0x7f) {
      buffer[position++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    buffer[position++] = value;
    this.position = position;
  }

  /** A safe integer, as int64 (ten bytes if negative). */
  int64(value: number): void {
    if (value >= 0 && value <= 0xffffffff) return this.uint32(value);
    let rest = BigInt.asUintN(64, BigInt(value));
    this.reserve(10);
    while (rest > 0x7fn) {
      this.buffer[this.position++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.position++] = Number(rest);
  }

  sint32(value: number): void {
    this.uint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  double(value: number): void {
    this.reserve(8);
    this.position = this.buffer.writeDoubleLE(value, this.position);
  }

  /** Length and UTF-8 bytes. */
  string(value: string): void {
    const units = value.length;
    this.reserve(5 + units * 3);
    if (units < 0x80 && this.shortAscii(value)) return;
    const start = this.begin();
    this.position += this.buffer.write(value, this.position, 'utf8');
    this.end(start);
  }

  /** Length and bytes. */
  bytes(value: Uint8Array): void {
    this.uint32(value.length);
    this.raw(value);
  }

  /** Bytes without a length. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
  }

  /** Opens a length-delimited value whose length is not known yet; its handle goes to `end`. */
  begin(): number {
    this.reserve(2);
    const start = this.position;
    this.position += 2;
    return start;
  }

  end(start: number): void {
    const length = this.position - start - 2;
    const width = varintWidth(length);
    if (width !== 2) {
      this.reserve(3);
      this.buffer.copyWithin(start + width, start + 2, this.position);
    }
    const end = start + width + length;
    this.position = start;
    this.uint32(length);
    this.position = end;
  }

  private shortAscii(value: string): boolean {
    const buffer = this.buffer;
    const start = this.position + 1;
    const units = value.length;
    for (let i = 0; i < units; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return false;
      buffer[start + i] = unit;
    }
    buffer[this.position] = units;
    this.position = start + units;
    return true;
  }

  private reserve(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    larger.set(this.buffer.subarray(0, this.position));
    this.buffer = larger;
  }
}

export function varintWidth(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
