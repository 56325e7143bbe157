import { Duration, Timestamp, type Value } from '@quartet/mixer-expr';
import { Field, type ValuePlace } from './attribute-index.js';
import { Cursor } from './cursor.js';
import type { GlobalDictionary } from './dictionary.js';
import type { WordTable } from './word-table.js';

/** What the indices of a message mean. */
export interface Words {
  readonly global: GlobalDictionary;
  readonly message: WordTable;
}

/** A value refers to a word that neither dictionary holds. */
export class UndefinedIndexError extends Error {
  override readonly name = 'UndefinedIndexError';
  constructor(readonly index: number) {
    super(`attribute index ${index} is not defined in the available dictionaries`);
  }
}

/** Any value but a string map. @throws UndefinedIndexError @throws WireError */
export function decodeScalar(bytes: Buffer, place: ValuePlace, words: Words): Value {
  const cursor = new Cursor(bytes, Math.max(0, place.start), Math.max(0, place.end));
  const present = place.start >= 0;
  switch (place.field) {
    case Field.STRINGS:
      return wordAt(present ? cursor.sint32() : 0, words);
    case Field.INT64S:
      return present ? cursor.int64() : 0;
    case Field.DOUBLES:
      return present ? cursor.double() : 0;
    case Field.BOOLS:
      return present && cursor.int32() !== 0;
    case Field.TIMESTAMPS:
      return secondsAndNanos(cursor, present, (seconds, nanos) => new Timestamp(seconds, nanos));
    case Field.DURATIONS:
      return secondsAndNanos(cursor, present, (seconds, nanos) => new Duration(seconds, nanos));
    default:
      return present ? bytes.subarray(place.start, place.end) : new Uint8Array(0);
  }
}

/** The entries of a string map as pairs of indices, flat. @throws UndefinedIndexError @throws WireError */
export function decodeIndexPairs(bytes: Buffer, place: ValuePlace, words: Words): number[] {
  const pairs: number[] = [];
  if (place.start < 0) return pairs;
  const cursor = new Cursor(bytes, place.start, place.end);
  while (!cursor.done) {
    const tag = cursor.uint32();
    if (tag !== 10) {
      cursor.skip(tag & 7);
      continue;
    }
    const last = cursor.length();
    readPair(cursor, last, pairs);
    cursor.position = last;
  }
  for (const index of pairs) requireWord(index, words);
  return pairs;
}

function readPair(cursor: Cursor, last: number, pairs: number[]): void {
  let key = 0;
  let value = 0;
  while (cursor.position < last) {
    const tag = cursor.uint32();
    if (tag === 8) key = cursor.sint32();
    else if (tag === 16) value = cursor.sint32();
    else cursor.skip(tag & 7);
  }
  pairs.push(key, value);
}

function wordAt(index: number, words: Words): string {
  const word = words.global.wordAt(index, words.message);
  if (word === undefined) throw new UndefinedIndexError(index);
  return word;
}

function requireWord(index: number, words: Words): void {
  const defined = index >= 0 ? index < words.global.size : -index - 1 < words.message.size;
  if (!defined) throw new UndefinedIndexError(index);
}

function secondsAndNanos<T>(cursor: Cursor, present: boolean, make: (seconds: number, nanos: number) => T): T {
  let seconds = 0;
  let nanos = 0;
  while (present && !cursor.done) {
    const tag = cursor.uint32();
    if (tag === 8) seconds = Number(cursor.int64());
    else if (tag === 16) nanos = cursor.int32();
    else cursor.skip(tag & 7);
  }
  return make(seconds, nanos);
}
