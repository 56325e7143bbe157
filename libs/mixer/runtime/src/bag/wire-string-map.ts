import type { StringMap } from '@quartet/mixer-expr';
import type { Words } from '../wire/decode-value.js';
import { indexOfSlot } from '../wire/dictionary.js';
import { Condition, type ReferenceTracker } from './reference-tracker.js';

/** A string map as pairs of word indices; a key is found by its index, so that the other words stay undecoded. */
export class WireStringMap implements StringMap {
  constructor(
    private readonly name: string,
    private readonly pairs: readonly number[],
    private readonly words: Words,
    private readonly tracker: ReferenceTracker | undefined,
  ) {}

  get(key: string): string | undefined {
    const value = this.#find(key);
    this.tracker?.mapKey(this.name, key, value === undefined ? Condition.ABSENCE : Condition.EXACT);
    return value;
  }

  *entries(): Generator<[string, string], undefined> {
    for (let i = 0; i < this.pairs.length; i += 2) yield [this.#word(i), this.#word(i + 1)];
  }

  #find(key: string): string | undefined {
    const slot = this.words.message.slotOf(key);
    const local = slot >= 0 ? indexOfSlot(slot) : undefined;
    const global = this.words.global.indexOf(key);
    if (local === undefined && global === undefined) return undefined;
    for (let i = this.pairs.length - 2; i >= 0; i -= 2) if (this.pairs[i] === local || this.pairs[i] === global) return this.#word(i + 1);
    return undefined;
  }

  #word(at: number): string {
    return this.words.global.wordAt(this.pairs[at] as number, this.words.message) ?? '';
  }
}
