/** Protobuf bytes, written forward. Fields at their zero value are the caller's to leave out. */
export class ByteWriter {
  #bytes: Buffer;
  #size = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** The bytes so far; the writer must not be used after that. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  tag(field: number, wireType: number): void {
    this.uint32((field << 3) | wireType);
  }

  uint32(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.#size++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#size++] = rest;
  }

  sint32(value: number): void {
    this.uint32((value << 1) ^ (value >> 31));
  }

  /** A safe integer of either sign, as int32 and int64 fields have it. */
  int64(value: number): void {
    if (value >= 0 && value <= 0xffffffff) return this.uint32(value);
    this.#reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      this.#bytes[this.#size++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#size++] = Number(rest);
  }

  text(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.tag(field, 2);
    this.uint32(size);
    this.#reserve(size);
    this.#bytes.write(value, this.#size, size, 'utf8');
    this.#size += size;
  }

  /** A nested message, empty or not. */
  message(field: number, write: (writer: ByteWriter) => void): void {
    const inner = new ByteWriter(128);
    write(inner);
    const bytes = inner.finish();
    this.tag(field, 2);
    this.uint32(bytes.length);
    this.#reserve(bytes.length);
    bytes.copy(this.#bytes, this.#size);
    this.#size += bytes.length;
  }

  #reserve(size: number): void {
    if (this.#size + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#size + size));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
  }
}
