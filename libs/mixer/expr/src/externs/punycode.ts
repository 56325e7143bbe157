const base = 36;
const tMin = 1;
const tMax = 26;
const skew = 38;
const damp = 700;

/** Decodes the part after `xn--` of a label (RFC 3492); undefined if it is no Punycode. */
export function decodePunycode(text: string): string | undefined {
  const delimiter = text.lastIndexOf('-');
  const output = delimiter > 0 ? Array.from(text.slice(0, delimiter), (character) => character.codePointAt(0) ?? 0) : [];
  let code = 128;
  let bias = 72;
  let index = 0;
  for (let at = delimiter > 0 ? delimiter + 1 : 0; at < text.length; ) {
    const delta = readDelta(text, at, bias);
    if (!delta) return undefined;
    at = delta.end;
    const previous = index;
    index += delta.value;
    const length = output.length + 1;
    bias = adapt(index - previous, length, previous === 0);
    code += Math.floor(index / length);
    index %= length;
    if (code > 0x10ffff || output.length >= 63) return undefined;
    output.splice(index++, 0, code);
  }
  return String.fromCodePoint(...output);
}

function readDelta(text: string, start: number, bias: number): { value: number; end: number } | undefined {
  let value = 0;
  let weight = 1;
  for (let at = start, k = base; at < text.length; at++, k += base) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit === undefined) return undefined;
    value += digit * weight;
    if (value > 0x7fffffff) return undefined;
    const threshold = Math.min(Math.max(k - bias, tMin), tMax);
    if (digit < threshold) return { value, end: at + 1 };
    weight *= base - threshold;
  }
  return undefined;
}

function digitOf(unit: number): number | undefined {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30 + 26;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x7a ? lower - 0x61 : undefined;
}

function adapt(delta: number, points: number, first: boolean): number {
  let value = first ? Math.floor(delta / damp) : delta >> 1;
  value += Math.floor(value / points);
  let k = 0;
  for (; value > ((base - tMin) * tMax) >> 1; k += base) value = Math.floor(value / (base - tMin));
  return k + Math.floor(((base - tMin + 1) * value) / (value + skew));
}
