import { Attributes, type Attributes_AttributeValue } from '@quartet/api/istio/mixer/v1/attributes';
import { LRUCache } from 'lru-cache';
import { DoubleValue, DurationValue, TimestampValue, type AttributeBag, type AttributeValue } from './value.js';

/** Attributes that a peer may set through `x-istio-attributes`; others are ignored, as are empty ones. */
const accepted: ReadonlySet<string> = new Set([
  'source.uid', 'source.namespace', 'destination.service.name', 'destination.service.uid', 'destination.service.host', 'destination.service.namespace',
]);

/**
 * Attributes carried uncompressed: base64 of istio.mixer.v1.Attributes. What cannot be decoded yields no attributes, since
 * it comes from the network.
 */
export function decodeAttributes(base64: string): AttributeBag {
  const bag: AttributeBag = new Map();
  try {
    for (const [name, value] of Object.entries(Attributes.decode(Buffer.from(base64, 'base64')).attributes)) {
      const decoded = fromMessage(value);
      if (decoded !== undefined) bag.set(name, decoded);
    }
  } catch {
    return new Map();
  }
  return bag;
}

/** What of `x-istio-attributes` counts. */
export function decodeForwarded(base64: string): AttributeBag {
  const bag = decodeAttributes(base64);
  for (const [name, value] of bag) if (!accepted.has(name) || typeof value !== 'string' || value === '') bag.delete(name);
  return bag;
}

/** Base64 of string attributes, for `x-istio-attributes`. */
export function encodeForwarded(attributes: Readonly<Record<string, string>>): string {
  const message = Object.fromEntries(Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]));
  return Buffer.from(Attributes.encode(Attributes.fromPartial({ attributes: message })).finish()).toString('base64');
}

function fromMessage(value: Attributes_AttributeValue): AttributeValue | undefined {
  if (value.stringMapValue) return new Map(Object.entries(value.stringMapValue.entries));
  if (value.timestampValue) return new TimestampValue(value.timestampValue.seconds, value.timestampValue.nanos);
  if (value.durationValue) return new DurationValue(value.durationValue.seconds, value.durationValue.nanos);
  if (value.doubleValue !== undefined) return new DoubleValue(value.doubleValue);
  return value.stringValue ?? value.int64Value ?? value.boolValue ?? value.bytesValue;
}

const cacheLimit = 1_000;

/** Decodes each distinct text once. The bags are shared: read only. */
export class ForwardedAttributes {
  private readonly cache = new LRUCache<string, AttributeBag>({ max: cacheLimit });

  constructor(private readonly decode: (base64: string) => AttributeBag = decodeForwarded) {}

  of(base64: string | undefined): AttributeBag {
    if (base64 === undefined || base64 === '') return none;
    let bag = this.cache.get(base64);
    if (!bag) this.cache.set(base64, (bag = this.decode(base64)));
    return bag;
  }
}

const none: AttributeBag = new Map();
