import type { Value } from '@quartet/mixer-adapter-sdk';
import type { Series } from './series.js';

const slots = 256;

interface Recent {
  readonly values: readonly (Value | undefined)[];
  readonly series: Series;
}

/**
 * Label sets that were updated not long ago, found by comparing their values one by one: that costs less than joining some
 * twenty strings to a key and hashing it, for each value of each metric. Direct mapped: a newcomer takes the slot of another.
 */
export class RecentSeries {
  #table: (Recent | undefined)[] = [];

  find(values: readonly (Value | undefined)[]): Series | undefined {
    const recent = this.#table[slotOf(values)];
    return recent !== undefined && equal(recent.values, values) ? recent.series : undefined;
  }

  /** Takes a copy of `values`. */
  keep(values: readonly (Value | undefined)[], series: Series): void {
    if (this.#table.length === 0) this.#table = new Array<Recent | undefined>(slots).fill(undefined);
    this.#table[slotOf(values)] = { values: values.slice(), series };
  }

  clear(): void {
    this.#table = [];
  }
}

/** Of each text its length, a character in the middle and the last, which together tell workloads, versions and codes apart. */
function slotOf(values: readonly (Value | undefined)[]): number {
  let hash = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'string' && value !== '') {
      const { length } = value;
      hash = (Math.imul(hash, 31) + (length << 7) + (value.charCodeAt(length >> 1) << 3) + value.charCodeAt(length - 1)) | 0;
    } else if (typeof value === 'number') hash = (Math.imul(hash, 31) + value) | 0;
  }
  return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (slots - 1);
}

function equal(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
