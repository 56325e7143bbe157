const slots = 8_192;
const longest = 80;

/**
 * Strings seen before, so that a name or value that comes with every request is neither decoded nor hashed again. Direct
 * mapped: a newcomer takes the slot of another. Only short ASCII is kept.
 */
export class StringTable {
  private readonly table = new Array<string>(slots).fill('');

  /** UTF-8 text of `buffer` from `start` to `end`. */
  decode(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > longest) return buffer.toString('utf8', start, end);
    let hash = length;
    let all = 0;
    for (let i = start; i < end; i++) {
      const byte = buffer[i]!;
      hash = (Math.imul(hash, 31) + byte) | 0;
      all |= byte;
    }
    if (all > 0x7f) return buffer.toString('utf8', start, end);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const known = this.table[slot]!;
    return equals(known, buffer, start, length) ? known : (this.table[slot] = buffer.toString('latin1', start, end));
  }
}

function equals(text: string, buffer: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== buffer[start + i]) return false;
  return true;
}
