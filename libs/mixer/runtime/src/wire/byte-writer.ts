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
    if (value >= 0 && value <= 0xffffffff) {
      this.uint32(value);
      return;
    }
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

  /** A nested message, empty or not, written in place: it moves only if its length takes more than one byte. */
  message(field: number, write: (writer: this) => void): void {
    this.tag(field, 2);
    this.#reserve(1);
    const start = ++this.#size;
    write(this);
    const length = this.#size - start;
    if (length >= 0x80) this.#makeRoom(start, length);
    const end = this.#size;
    this.#size = start - 1;
    this.uint32(length);
    this.#size = end;
  }

  /** Moves a message that was written for a length of one byte. */
  #makeRoom(start: number, length: number): void {
    const more = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
    this.#reserve(more);
    this.#bytes.copyWithin(start + more, start, this.#size);
    this.#size += more;
  }

  #reserve(size: number): void {
    if (this.#size + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#size + size));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
  }
}
