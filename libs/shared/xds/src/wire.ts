/** The few lines of protobuf's wire format that assembling a response by hand needs. */

const LENGTH_DELIMITED = 2;

export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes `value` at `offset`; returns the offset behind it. */
export function writeVarint(target: Uint8Array, value: number, offset: number): number {
  let rest = value;
  let at = offset;
  while (rest >= 0x80) {
    target[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[at++] = rest;
  return at;
}

/** Size of a length-delimited field with a field number below 16. */
export function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

/** Writes tag and length of a length-delimited field (number below 16); returns where its content begins. */
export function writeFieldHead(target: Uint8Array, field: { readonly number: number; readonly length: number }, offset: number): number {
  target[offset] = (field.number << 3) | LENGTH_DELIMITED;
  return writeVarint(target, field.length, offset + 1);
}
