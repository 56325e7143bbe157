import { baseGlobalWordCount, globalWords } from '@quartet/model/global-words';

const globalIndex: ReadonlyMap<string, number> = new Map(globalWords.map((word, index) => [word, index]));

/** The part of the global dictionary that the server is believed to know. It only shrinks. */
export class GlobalDictionary {
  private count = globalWords.length;

  /** The `global_word_count` to send. */
  get wordCount(): number {
    return this.count;
  }

  shrink(): void {
    this.count = baseGlobalWordCount;
  }
}

/** Words of one message: indices >= 0 are global, `-n - 1` is the n-th word of the message. */
export class MessageDictionary {
  private readonly indices = new Map<string, number>();
  private readonly added: string[] = [];
  private limit = globalWords.length;
  private units = 0;

  /** UTF-16 length of all words: about the bytes they take. */
  get wordsLength(): number {
    return this.units;
  }

  get words(): readonly string[] {
    return this.added;
  }

  /** Starts a message whose receiver knows `globalWordCount` words. */
  reset(globalWordCount: number): void {
    this.indices.clear();
    this.added.length = 0;
    this.units = 0;
    this.limit = globalWordCount;
  }

  indexOf(word: string): number {
    const global = globalIndex.get(word);
    if (global !== undefined && global < this.limit) return global;
    const known = this.indices.get(word);
    if (known !== undefined) return known;
    const index = -this.added.length - 1;
    this.added.push(word);
    this.units += word.length;
    this.indices.set(word, index);
    return index;
  }
}

/** The word behind an index of a message with these words; undefined if there is none. */
export function wordAt(index: number, messageWords: readonly string[]): string | undefined {
  return index >= 0 ? globalWords[index] : messageWords[-index - 1];
}
