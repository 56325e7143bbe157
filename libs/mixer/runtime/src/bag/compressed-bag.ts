import { conversionError, ValueType, type AttributeSource, type Value } from '@quartet/mixer-expr';
import { AttributeIndex, Field, type ValuePlace } from '../wire/attribute-index.js';
import { decodeIndexPairs, decodeScalar, UndefinedIndexError, type Words } from '../wire/decode-value.js';
import { indexOfSlot, standardDictionary, type GlobalDictionary } from '../wire/dictionary.js';
import type { WordTable } from '../wire/word-table.js';
import { Condition, type ReferenceTracker } from './reference-tracker.js';
import { WireStringMap } from './wire-string-map.js';

export interface BagOptions {
  readonly dictionary?: GlobalDictionary;
  /** For messages without words of their own (ReportRequest.default_words). */
  readonly defaultWords?: WordTable;
  /** Records what is read; Check only. */
  readonly tracker?: ReferenceTracker;
  /** Told of attributes that count as absent because they refer to an undefined word. */
  readonly onUndefinedIndex?: (name: string, error: UndefinedIndexError) => void;
}

const absent = Symbol('read and absent');

/**
 * Numbers of the names that bags are asked for, which make an array do where a map for each bag would grow at each read. The
 * names come from configuration, so they are few; one beyond the limit is decoded each time it is read.
 */
const numbers = new Map<string, number>();
const maxNumbers = 4_096;

function numberOf(name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  if (numbers.size >= maxNumbers) return -1;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}

/**
 * An attribute bag as it came over the wire: a value is decoded when it is first read, and kept.
 * Holds on to the bytes of the request.
 */
export class CompressedBag implements AttributeSource {
  readonly #index: AttributeIndex;
  readonly #words: Words;
  readonly #tracker: ReferenceTracker | undefined;
  /** By the number of the name; undefined = not read yet. */
  readonly #read: (Value | typeof absent | undefined)[] = new Array(numbers.size);

  /** @throws WireError */
  constructor(
    bytes: Buffer,
    readonly bounds: { readonly start: number; readonly end: number },
    private readonly options: BagOptions = {},
  ) {
    this.#index = new AttributeIndex(bytes, bounds.start, bounds.end);
    const message = this.#index.words.size === 0 && options.defaultWords ? options.defaultWords : this.#index.words;
    this.#words = { global: options.dictionary ?? standardDictionary, message };
    this.#tracker = options.tracker;
  }

  /** Whether what is read here is recorded. */
  get tracked(): boolean {
    return this.#tracker !== undefined;
  }

  /** @throws EvalError if a number on the wire is not of the declared kind (INT64, DOUBLE) */
  get(name: string, declared: ValueType): Value | undefined {
    const number = numberOf(name);
    const known = this.#read[number];
    const value = known === undefined ? this.#decode(name, declared) : known === absent ? undefined : known;
    if (known === undefined && number >= 0) this.#read[number] = value ?? absent;
    if (this.#tracker && !(value instanceof WireStringMap)) this.#tracker.attribute(name, value === undefined ? Condition.ABSENCE : Condition.EXACT);
    return value;
  }

  /** Every attribute that can be read, decoded. */
  *entries(): Generator<[string, Value]> {
    const seen = new Set<string>();
    for (const { key } of this.#index.entries()) {
      const name = this.#words.global.wordAt(key, this.#words.message);
      if (name === undefined || seen.has(name)) continue;
      seen.add(name);
      const value = this.#decode(name, ValueType.VALUE_TYPE_UNSPECIFIED);
      if (value !== undefined) yield [name, value];
    }
  }

  /**
   * Everything at once, with each fault an error: how updates of a delta-encoded Report are read.
   * @throws Error `attribute index N is not defined ...` or `duplicate attribute X (type T)`
   */
  decodeStrictly(): Map<string, Value> {
    const values = new Map<string, Value>();
    const fields = new Map<string, number>();
    for (const { key, place } of this.#index.entries()) {
      const name = this.#words.global.wordAt(key, this.#words.message);
      if (name === undefined) throw new UndefinedIndexError(key);
      if ((fields.get(name) ?? place.field) !== place.field) throw new Error(`duplicate attribute ${name} (type ${fieldNames[place.field]})`);
      fields.set(name, place.field);
      values.set(name, this.#decodeAt(name, place));
    }
    return values;
  }

  #decode(name: string, declared: ValueType): Value | undefined {
    const place = this.#find(name);
    if (!place) return undefined;
    if (place.field === Field.DOUBLES && declared === ValueType.INT64) throw conversionError(this.#decodeAt(name, place), declared);
    if (place.field === Field.INT64S && declared === ValueType.DOUBLE) throw conversionError(this.#decodeAt(name, place), declared);
    try {
      return this.#decodeAt(name, place);
    } catch (error) {
      if (!(error instanceof UndefinedIndexError)) throw error;
      this.options.onUndefinedIndex?.(name, error);
      return undefined;
    }
  }

  #decodeAt(name: string, place: ValuePlace): Value {
    const { bytes } = this.#index;
    if (place.field !== Field.STRING_MAPS) return decodeScalar(bytes, place, this.#words);
    return new WireStringMap(name, decodeIndexPairs(bytes, place, this.#words), this.#words, this.#tracker);
  }

  #find(name: string): ValuePlace | undefined {
    const slot = this.#words.message.slotOf(name);
    const index = slot >= 0 ? indexOfSlot(slot) : this.#words.global.indexOf(name);
    return index === undefined ? undefined : this.#index.find(index);
  }
}

const fieldNames: readonly string[] = ['', '', 'string', 'int64', 'double', 'bool', 'timestamp', 'duration', 'bytes', 'string map'];
