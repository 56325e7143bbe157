const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** 4 or 16 bytes of an IP address in text form, or undefined; node:net is out of reach of a pure library. */
export function parseIp(text: string): Buffer | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return Buffer.from(bytes).toString('hex');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16)).join(':');
  const runs = groups.match(/(?:^|:)0(?::0)+(?=:|$)/g);
  if (!runs) return groups;
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best));
  return groups.replace(longest, ':').replace(/^:(?!:)/, '::').replace(/([^:]):$/, '$1::').replace(/:{3,}/, '::');
}

function parseV4(text: string): Buffer | undefined {
  const match = v4.exec(text);
  if (!match) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.every((byte) => byte < 256) ? Buffer.from(bytes) : undefined;
}

function parseV6(text: string): Buffer | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [halves[0]!, halves[1] ?? ''].map((half) => (half === '' ? [] : half.split(':')).flatMap(words)) as [number[], number[]];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<number>(missing).fill(0), ...tail];
  if (all.some((word) => Number.isNaN(word))) return undefined;
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

function words(group: string): number[] {
  const embedded = parseV4(group);
  if (embedded) return [embedded.readUInt16BE(0), embedded.readUInt16BE(2)];
  return [/^[0-9a-fA-F]{1,4}$/.test(group) ? parseInt(group, 16) : NaN];
}
