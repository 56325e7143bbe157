const subBuckets = 2048;
const halfBuckets = subBuckets / 2;

/**
 * Latencies in microseconds with 3 significant digits at any size, in constant memory: the log-linear buckets of
 * HdrHistogram. Percentiles are the upper end of a bucket, never below the truth; min and max are exact.
 */
export class LatencyHistogram {
  count = 0;
  min = 0;
  max = 0;
  private sum = 0;
  private readonly counts = new Map<number, number>();

  record(microseconds: number): void {
    const value = Math.max(0, Math.round(microseconds));
    this.min = this.count === 0 ? value : Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    this.sum += value;
    this.count++;
    const bucket = bucketOf(value);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** `percent` of 0 to 100; microseconds; 0 when nothing was recorded. */
  percentile(percent: number): number {
    // The tiny term keeps 99.9 % of 1000 at 999 in spite of binary fractions.
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.count - 1e-9));
    let seen = 0;
    for (const [bucket, count] of [...this.counts].toSorted(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= wanted) return Math.min(upperEnd(bucket), this.max);
    }
    return this.max;
  }
}

/** Values below 2048 have a bucket each; from there each doubling has 1024. */
function bucketOf(value: number): number {
  if (value < subBuckets) return value;
  const shift = Math.floor(Math.log2(value)) - Math.log2(halfBuckets);
  return shift * halfBuckets + Math.floor(value / 2 ** shift);
}

function upperEnd(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const shift = Math.floor(bucket / halfBuckets) - 1;
  return (bucket - shift * halfBuckets + 1) * 2 ** shift - 1;
}
