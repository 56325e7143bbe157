const scanUpTo = 32;

/** The words of a message, decoded when they are first asked for. */
export class WordTable {
  static readonly empty = new WordTable(Buffer.alloc(0), []);

  readonly #texts: (string | undefined)[] = [];
  #slots: Map<string, number> | undefined;

  /** @param bounds start and end of each word in `bytes`, flat */
  constructor(
    private readonly bytes: Buffer,
    private readonly bounds: readonly number[],
  ) {}

  get size(): number {
    return this.bounds.length >> 1;
  }

  word(slot: number): string | undefined {
    const known = this.#texts[slot];
    if (known !== undefined) return known;
    const start = this.bounds[2 * slot];
    if (start === undefined) return undefined;
    const text = this.bytes.toString('utf8', start, this.bounds[2 * slot + 1]);
    this.#texts[slot] = text;
    return text;
  }

  /** The slot of a word, the last if it is there twice; -1 if it is not. */
  slotOf(word: string): number {
    const size = this.size;
    if (size > scanUpTo) return this.#slotMap().get(word) ?? -1;
    for (let slot = size - 1; slot >= 0; slot--) if (this.#is(slot, word)) return slot;
    return -1;
  }

  /** Compares without decoding where the word is as long in bytes as in characters, thus ASCII if it is equal. */
  #is(slot: number, word: string): boolean {
    const start = this.bounds[2 * slot] as number;
    const length = (this.bounds[2 * slot + 1] as number) - start;
    if (length !== word.length) return length > word.length && this.word(slot) === word;
    for (let i = 0; i < length; i++) if (this.bytes[start + i] !== word.charCodeAt(i)) return false;
    return true;
  }

  #slotMap(): Map<string, number> {
    if (this.#slots) return this.#slots;
    this.#slots = new Map();
    for (let slot = 0; slot < this.size; slot++) this.#slots.set(this.word(slot) as string, slot);
    return this.#slots;
  }
}
