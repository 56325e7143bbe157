import { Attributes, type Attributes_AttributeValue } from '@quartet/api/istio/mixer/v1/attributes';

/** Serialized istio.mixer.v1.Attributes of strings, in a stable order, as base64. */
export function encodeAttributes(attributes: Readonly<Record<string, string>>): string {
  const entries = Object.keys(attributes).sort().map((key): [string, Attributes_AttributeValue] => [key, value(key, attributes[key] ?? '')]);
  return Buffer.from(Attributes.encode(Attributes.fromPartial({ attributes: Object.fromEntries(entries) })).finish()).toString('base64');
}

/** `destination.ip` is 16 bytes (IPv4 mapped), `destination.port` an integer; everything else a string. */
function value(key: string, text: string): Attributes_AttributeValue {
  if (key === 'destination.port') return { int64Value: Number(text) };
  return key === 'destination.ip' ? { bytesValue: ipBytes(text) } : { stringValue: text };
}

export function ipBytes(ip: string): Buffer {
  const bytes = Buffer.alloc(16);
  if (!ip.includes(':')) {
    bytes.fill(0xff, 10, 12);
    ip.split('.').forEach((part, i) => bytes.writeUInt8(Number(part) & 0xff, 12 + Math.min(i, 3)));
    return bytes;
  }
  const [head = '', tail] = ip.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const front = groups(head);
  const back = groups(tail ?? '');
  front.forEach((group, i) => bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xffff, 2 * Math.min(i, 7)));
  back.forEach((group, i) => bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xffff, Math.max(0, 16 - 2 * (back.length - i))));
  return bytes;
}
