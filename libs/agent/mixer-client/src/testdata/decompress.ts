import type { CompressedAttributes } from '@quartet/api/istio/mixer/v1/attributes';
import { CheckRequest } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest } from '@quartet/api/istio/mixer/v1/report';
import { DoubleValue, DurationValue, TimestampValue, type AttributeBag, type AttributeValue } from '../attributes/value.js';
import { wordAt } from '../attributes/word-dictionary.js';

/** Decodes with generated code what the client encoded by hand. */
export function decompress(message: CompressedAttributes, words: readonly string[]): AttributeBag {
  const bag: AttributeBag = new Map();
  const word = (index: number | string): string => {
    const text = wordAt(Number(index), words);
    if (text === undefined) throw new Error(`no word ${index}`);
    return text;
  };
  const put = <T>(field: Record<string, T>, value: (raw: T) => AttributeValue): void => {
    for (const [name, raw] of Object.entries(field)) bag.set(word(name), value(raw));
  };
  put(message.strings, (index) => word(index));
  put(message.int64s, (value) => value);
  put(message.doubles, (value) => new DoubleValue(value));
  put(message.bools, (value) => value);
  put(message.timestamps, ({ seconds, nanos }) => new TimestampValue(seconds, nanos));
  put(message.durations, ({ seconds, nanos }) => new DurationValue(seconds, nanos));
  put(message.bytes, (value) => new Uint8Array(value));
  put(message.stringMaps, ({ entries }) => new Map(Object.entries(entries).map(([key, value]) => [word(key), word(value)])));
  return bag;
}

export function checkAttributesOf(request: Uint8Array): AttributeBag {
  const { attributes } = CheckRequest.decode(request);
  return decompress(attributes!, attributes!.words);
}

export function reportEntriesOf(request: Uint8Array): AttributeBag[] {
  const { attributes, defaultWords } = ReportRequest.decode(request);
  return attributes.map((entry) => decompress(entry, entry.words.length > 0 ? entry.words : defaultWords));
}
