import { ReferencedAttributes_Condition, type ReferencedAttributes } from '@quartet/api/istio/mixer/v1/check';
import { DoubleValue, DurationValue, TimestampValue, type AttributeSource, type AttributeValue } from '../attributes/value.js';
import { wordAt } from '../attributes/word-dictionary.js';

interface Reference {
  readonly name: string;
  /** Key of a string map; empty for other attributes. */
  readonly mapKey: string;
}

/** Which attributes decided an answer: those that had to be absent, and those whose value counted. */
export interface ReferenceShape {
  readonly key: string;
  readonly absent: readonly Reference[];
  readonly exact: readonly Reference[];
}

/**
 * The shape of an answer to `request`; undefined if the answer cannot be cached: an unknown word, or a REGEX condition.
 * `map_key` counts only where the request has a string map of that name, since Mixer sends 0, a real word, otherwise.
 */
export function shapeOf(referenced: ReferencedAttributes, request: AttributeSource): ReferenceShape | undefined {
  const absent: Reference[] = [];
  const exact: Reference[] = [];
  for (const match of referenced.attributeMatches) {
    const name = wordAt(match.name, referenced.words);
    if (name === undefined) return undefined;
    const mapKey = request.get(name) instanceof Map ? wordAt(match.mapKey, referenced.words) : '';
    if (mapKey === undefined) return undefined;
    if (match.condition === ReferencedAttributes_Condition.ABSENCE) absent.push({ name, mapKey });
    else if (match.condition === ReferencedAttributes_Condition.EXACT) exact.push({ name, mapKey });
    else return undefined;
  }
  absent.sort(compare);
  exact.sort(compare);
  return { key: JSON.stringify([absent, exact]), absent, exact };
}

/**
 * The cache key of `request` under a shape, unique for the values of the exact references; undefined if the request does
 * not have this shape.
 */
export function signatureOf(shape: ReferenceShape, request: AttributeSource, prefix: string): string | undefined {
  for (const reference of shape.absent) if (lookUp(reference, request) !== undefined) return undefined;
  let signature = prefix;
  for (const reference of shape.exact) {
    const value = lookUp(reference, request);
    if (value === undefined) return undefined;
    const text = typeof value === 'string' ? value : textOf(value);
    signature += `${text.length}:${text}`;
  }
  return signature;
}

function lookUp(reference: Reference, request: AttributeSource): AttributeValue | undefined {
  const value = request.get(reference.name);
  return reference.mapKey !== '' && value instanceof Map ? value.get(reference.mapKey) : value;
}

function textOf(value: AttributeValue): string {
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  if (value instanceof TimestampValue || value instanceof DurationValue) return `${value.seconds}.${value.nanos}`;
  if (value instanceof DoubleValue) return String(value.value);
  return JSON.stringify([...value].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function compare(a: Reference, b: Reference): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.mapKey < b.mapKey ? -1 : Number(a.mapKey > b.mapKey);
}
