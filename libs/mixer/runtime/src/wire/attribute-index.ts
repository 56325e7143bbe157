import { Cursor, WireType } from './cursor.js';
import { WordTable } from './word-table.js';

/** Fields of istio.mixer.v1.CompressedAttributes. */
export const Field = { WORDS: 1, STRINGS: 2, INT64S: 3, DOUBLES: 4, BOOLS: 5, TIMESTAMPS: 6, DURATIONS: 7, BYTES: 8, STRING_MAPS: 9 } as const;

/** The order in which a name is looked for in the typed maps. */
const probeRank: readonly number[] = [9, 9, 0, 2, 3, 4, 5, 6, 7, 1];

/** Where a value stands: the typed map it is in and the bounds of its bytes; start -1 = not on the wire, so its zero value. */
export interface ValuePlace {
  readonly field: number;
  readonly start: number;
  readonly end: number;
}

/** The places of all attributes of one CompressedAttributes, found in one pass that decodes none of them. */
export class AttributeIndex {
  readonly words: WordTable;
  /** Key, field, start, end of each entry, flat. */
  readonly #entries: number[] = [];

  /** @throws WireError */
  constructor(
    readonly bytes: Buffer,
    start: number,
    end: number,
  ) {
    const bounds: number[] = [];
    const cursor = new Cursor(bytes, start, end);
    while (!cursor.done) {
      const tag = cursor.uint32();
      const field = tag >>> 3;
      if ((tag & 7) !== WireType.LEN || field < Field.WORDS || field > Field.STRING_MAPS) {
        cursor.skip(tag & 7);
        continue;
      }
      const last = cursor.length();
      if (field === Field.WORDS) bounds.push(cursor.position, last);
      else this.#addEntry(cursor, field, last);
      cursor.position = last;
    }
    this.words = bounds.length === 0 ? WordTable.empty : new WordTable(bytes, bounds);
  }

  find(key: number): ValuePlace | undefined {
    const entries = this.#entries;
    let found = -1;
    let rank = 9;
    for (let i = 0; i < entries.length; i += 4) {
      if (entries[i] !== key) continue;
      const candidate = probeRank[entries[i + 1] as number] as number;
      if (candidate > rank) continue;
      rank = candidate;
      found = i;
    }
    return found < 0 ? undefined : this.#place(found);
  }

  /** Every entry as it stands on the wire. */
  *entries(): Generator<{ readonly key: number; readonly place: ValuePlace }> {
    for (let i = 0; i < this.#entries.length; i += 4) yield { key: this.#entries[i] as number, place: this.#place(i) };
  }

  #place(at: number): ValuePlace {
    const entries = this.#entries;
    return { field: entries[at + 1] as number, start: entries[at + 2] as number, end: entries[at + 3] as number };
  }

  #addEntry(cursor: Cursor, field: number, last: number): void {
    let key = 0;
    let start = -1;
    let end = -1;
    const outerEnd = cursor.end;
    cursor.end = last;
    while (!cursor.done) {
      const tag = cursor.uint32();
      if (tag === 8) {
        key = cursor.sint32();
        continue;
      }
      const isValue = tag >>> 3 === 2;
      const valueEnd = (tag & 7) === WireType.LEN ? cursor.length() : undefined;
      if (isValue) start = cursor.position;
      if (valueEnd === undefined) cursor.skip(tag & 7);
      else cursor.position = valueEnd;
      if (isValue) end = cursor.position;
    }
    cursor.end = outerEnd;
    this.#entries.push(key, field, start, end);
  }
}
