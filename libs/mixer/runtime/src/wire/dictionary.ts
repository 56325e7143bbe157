import { globalWords } from '@quartet/model/global-words';
import type { WordTable } from './word-table.js';

/** The words that both sides know beforehand. Index >= 0 = position in it; index < 0 = slot `-index - 1` of the message. */
export class GlobalDictionary {
  readonly #indices: ReadonlyMap<string, number>;

  constructor(readonly words: readonly string[]) {
    this.#indices = new Map(words.map((word, index) => [word, index]));
  }

  get size(): number {
    return this.words.length;
  }

  indexOf(word: string): number | undefined {
    return this.#indices.get(word);
  }

  /** undefined if the index names nothing. */
  wordAt(index: number, words: WordTable): string | undefined {
    return index >= 0 ? this.words[index] : words.word(-index - 1);
  }
}

export const standardDictionary = new GlobalDictionary(globalWords);

export function indexOfSlot(slot: number): number {
  return -slot - 1;
}
