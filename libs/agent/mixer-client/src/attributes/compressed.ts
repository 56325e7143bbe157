import type { ProtoWriter } from '../wire/proto-writer.js';
import { varintWidth } from '../wire/proto-writer.js';
import { DoubleValue, DurationValue, TimestampValue, type AttributeSource, type AttributeValue, type StringMap } from './value.js';
import type { MessageDictionary } from './word-dictionary.js';

/** Fields of istio.mixer.v1.CompressedAttributes, as tags of length-delimited fields. */
const field = { words: 1, strings: 2, int64s: 3, doubles: 4, bools: 5, timestamps: 6, durations: 7, bytes: 8, stringMaps: 9 } as const;

const keyTag = 0x08;
const varintValueTag = 0x10;
const doubleValueTag = 0x11;
const lengthValueTag = 0x12;

/**
 * Writes the fields of a CompressedAttributes message, all but `words`; the words it needs are left in the dictionary.
 * Source: istio.mixer.v1, mixer/v1/attributes.proto.
 */
export function writeCompressedAttributes(writer: ProtoWriter, source: AttributeSource, dictionary: MessageDictionary): void {
  source.forEach((value, name) => writeAttribute(writer, dictionary, dictionary.indexOf(name), value));
}

/** Writes `words` or `default_words`. */
export function writeWords(writer: ProtoWriter, fieldNumber: number, words: readonly string[]): void {
  for (let i = 0; i < words.length; i++) {
    writer.tag(fieldNumber, 2);
    writer.string(words[i]!);
  }
}

export function writeAttributeWords(writer: ProtoWriter, dictionary: MessageDictionary): void {
  writeWords(writer, field.words, dictionary.words);
}

function writeAttribute(writer: ProtoWriter, dictionary: MessageDictionary, name: number, value: AttributeValue): void {
  switch (typeof value) {
    case 'string': return writeIndexPair(writer, field.strings, name, dictionary.indexOf(value));
    case 'boolean': return writeBool(writer, name, value);
    case 'number': return writeNested(writer, field.int64s, name, () => { writer.uint32(varintValueTag); writer.int64(value); });
  }
  if (value instanceof Uint8Array) return writeNested(writer, field.bytes, name, () => { writer.uint32(lengthValueTag); writer.bytes(value); });
  if (value instanceof TimestampValue) return writeNested(writer, field.timestamps, name, () => writeSecondsNanos(writer, value));
  if (value instanceof DurationValue) return writeNested(writer, field.durations, name, () => writeSecondsNanos(writer, value));
  if (value instanceof DoubleValue) return writeNested(writer, field.doubles, name, () => { writer.uint32(doubleValueTag); writer.double(value.value); });
  writeNested(writer, field.stringMaps, name, () => writeStringMap(writer, dictionary, value));
}

/** A `map<sint32, sint32>` entry; its length is known beforehand. */
function writeIndexPair(writer: ProtoWriter, fieldNumber: number, key: number, value: number): void {
  const zigzagKey = ((key << 1) ^ (key >> 31)) >>> 0;
  const zigzagValue = ((value << 1) ^ (value >> 31)) >>> 0;
  writer.tag(fieldNumber, 2);
  writer.uint32(2 + varintWidth(zigzagKey) + varintWidth(zigzagValue));
  writer.uint32(keyTag);
  writer.uint32(zigzagKey);
  writer.uint32(varintValueTag);
  writer.uint32(zigzagValue);
}

function writeBool(writer: ProtoWriter, name: number, value: boolean): void {
  const zigzagName = ((name << 1) ^ (name >> 31)) >>> 0;
  writer.tag(field.bools, 2);
  writer.uint32(3 + varintWidth(zigzagName));
  writer.uint32(keyTag);
  writer.uint32(zigzagName);
  writer.uint32(varintValueTag);
  writer.uint32(value ? 1 : 0);
}

function writeNested(writer: ProtoWriter, fieldNumber: number, name: number, writeValue: () => void): void {
  writer.tag(fieldNumber, 2);
  const start = writer.begin();
  writer.uint32(keyTag);
  writer.sint32(name);
  writeValue();
  writer.end(start);
}

function writeSecondsNanos(writer: ProtoWriter, value: TimestampValue | DurationValue): void {
  writer.uint32(lengthValueTag);
  const start = writer.begin();
  writer.uint32(keyTag);
  writer.int64(value.seconds);
  writer.uint32(varintValueTag);
  writer.int64(value.nanos);
  writer.end(start);
}

function writeStringMap(writer: ProtoWriter, dictionary: MessageDictionary, map: StringMap): void {
  writer.uint32(lengthValueTag);
  const start = writer.begin();
  map.forEach((value, key) => writeIndexPair(writer, 1, dictionary.indexOf(key), dictionary.indexOf(value)));
  writer.end(start);
}
