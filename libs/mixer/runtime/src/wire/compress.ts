import { CompressedAttributes } from '@quartet/api/istio/mixer/v1/attributes';
import { Duration, Timestamp, ValueType, type Value } from '@quartet/mixer-expr';
import type { ResponseWords } from './responses.js';

/** A value that knows its wire type where its form does not tell: a whole number meant as DOUBLE. */
export interface TypedValue {
  readonly type: ValueType;
  readonly value: Value;
}

/**
 * A bag as a client sends it: words below the negotiated count by their global index, others in the message.
 * @param defaultWords words that the message does not carry itself but its ReportRequest does; grows
 */
export function compress(bag: Iterable<readonly [string, Value | TypedValue]>, words: ResponseWords, defaultWords?: string[]): CompressedAttributes {
  const message = CompressedAttributes.fromPartial({});
  const indexOf = indexer(words, defaultWords ?? message.words);
  for (const [name, given] of bag) {
    const value = isTyped(given) ? given.value : given;
    put(message, indexOf, { index: indexOf(name), value, isDouble: isTyped(given) && given.type === ValueType.DOUBLE });
  }
  return message;
}

interface Entry {
  readonly index: number;
  readonly value: Value;
  readonly isDouble: boolean;
}

function put(message: CompressedAttributes, indexOf: (word: string) => number, { index, value, isDouble }: Entry): void {
  if (typeof value === 'string') message.strings[index] = indexOf(value);
  else if (typeof value === 'boolean') message.bools[index] = value;
  else if (typeof value === 'number' && (isDouble || !Number.isInteger(value))) message.doubles[index] = value;
  else if (typeof value === 'number' || typeof value === 'bigint') message.int64s[index] = Number(value);
  else if (value instanceof Uint8Array) message.bytes[index] = Buffer.from(value);
  else if (value instanceof Timestamp) message.timestamps[index] = { seconds: value.seconds, nanos: value.nanos };
  else if (value instanceof Duration) message.durations[index] = { seconds: value.seconds, nanos: value.nanos };
  else message.stringMaps[index] = { entries: Object.fromEntries([...value.entries()].map(([key, text]) => [indexOf(key), indexOf(text)])) };
}

function indexer({ dictionary, globalWordCount }: ResponseWords, words: string[]): (word: string) => number {
  const slots = new Map(words.map((word, slot) => [word, slot]));
  return (word) => {
    const global = dictionary.indexOf(word);
    if (global !== undefined && global < globalWordCount) return global;
    let slot = slots.get(word);
    if (slot === undefined) {
      slots.set(word, (slot = words.length));
      words.push(word);
    }
    return -slot - 1;
  };
}

function isTyped(value: Value | TypedValue): value is TypedValue {
  return typeof value === 'object' && 'type' in value && 'value' in value;
}
