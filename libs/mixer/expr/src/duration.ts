/**
 * A length of time, as google.protobuf.Duration: seconds and nanos of the same sign, |nanos| < 1e9.
 * Its text is Go's (`1h2m3.5s`), since that is what Mixer's config, literals and adapters write.
 */
export class Duration {
  constructor(
    readonly seconds: number,
    readonly nanos: number = 0,
  ) {}

  static fromNanoseconds(total: bigint): Duration {
    return new Duration(Number(total / 1_000_000_000n), Number(total % 1_000_000_000n));
  }

  /** Go's duration syntax (`5ms`, `1h2m`, `-1.5s`, bare `0`) within int64 nanoseconds; undefined for any other text. */
  static parse(text: string): Duration | undefined {
    const negative = text.startsWith('-');
    const body = negative || text.startsWith('+') ? text.slice(1) : text;
    if (body === '0') return new Duration(0);
    if (body === '' || !whole.test(body)) return undefined;
    let total = 0n;
    for (const [, integer = '', fraction = '', unit = ''] of body.matchAll(part)) {
      total += nanosecondsOf(integer, fraction, unitNanoseconds[unit] ?? 0n);
      if (total > maxInt64) return undefined;
    }
    return Duration.fromNanoseconds(negative ? -total : total);
  }

  toNanoseconds(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanos);
  }

  /** Seconds with a fraction, for metrics. */
  toSeconds(): number {
    return this.seconds + this.nanos / 1e9;
  }

  toMilliseconds(): number {
    return this.seconds * 1000 + this.nanos / 1e6;
  }

  compare(other: Duration): number {
    return this.seconds - other.seconds || this.nanos - other.nanos;
  }

  /** As Go prints it: `0s`, `19ms`, `1m30s`, `1h0m0.5s`. */
  toString(): string {
    const total = this.toNanoseconds();
    if (total === 0n) return '0s';
    const text = unsignedText(total < 0n ? -total : total);
    return total < 0n ? `-${text}` : text;
  }

  toJSON(): string {
    return this.toString();
  }
}

const maxInt64 = 9223372036854775807n;
const unitNanoseconds: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  'µs': 1_000n,
  'μs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;
const whole = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;

function nanosecondsOf(integer: string, fraction: string, unit: bigint): bigint {
  const digits = fraction.slice(0, 18);
  const rest = digits === '' ? 0n : (BigInt(digits) * unit) / 10n ** BigInt(digits.length);
  return BigInt(integer || '0') * unit + rest;
}

function unsignedText(total: bigint): string {
  if (total < 1_000n) return `${total}ns`;
  if (total < 1_000_000n) return `${decimal(total, 3)}µs`;
  if (total < 1_000_000_000n) return `${decimal(total, 6)}ms`;
  const minutes = total / 60_000_000_000n;
  const seconds = `${decimal(total % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, digits: number): string {
  const text = String(value).padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  return fraction === '' ? text.slice(0, -digits) : `${text.slice(0, -digits)}.${fraction}`;
}
