import type { Duration } from '@quartet/api/google/protobuf/duration';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n, us: 1_000n, 'µs': 1_000n, 'μs': 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n,
};
const maxSeconds = 315_576_000_000n;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * A duration in Go's notation (`1.5s`, `100ms`, `1h30m`), of which protobuf's JSON form is a part; `0` needs no unit.
 * Undefined if the text is not one or exceeds protobuf's range of 10,000 years.
 */
export function parseDuration(text: string): Duration | undefined {
  const negative = text.startsWith('-');
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '0') return { seconds: 0, nanos: 0 };
  let nanos = 0n;
  part.lastIndex = 0;
  while (part.lastIndex < body.length) {
    const [matched, amount, unit] = part.exec(body) ?? [];
    if (matched === undefined || amount === undefined || unit === undefined) return undefined;
    nanos += scale(amount, units[unit] ?? 0n);
  }
  if (body === '' || nanos > maxSeconds * 1_000_000_000n) return undefined;
  const sign = negative ? -1 : 1;
  return { seconds: sign * Number(nanos / 1_000_000_000n) || 0, nanos: sign * Number(nanos % 1_000_000_000n) || 0 };
}

function scale(decimal: string, unit: bigint): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole || '0') * unit + (fraction === '' ? 0n : (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length));
}

/** Milliseconds, with a fraction if there is one; undefined stays undefined. */
export function durationMs(duration: Duration): number;
export function durationMs(duration: Duration | undefined): number | undefined;
export function durationMs(duration: Duration | undefined): number | undefined {
  return duration && duration.seconds * 1_000 + duration.nanos / 1_000_000;
}

/** `1.500s`-free shortest form: `1.5s`, `0.25s`, `60s`. */
export function formatDuration({ seconds, nanos }: Duration): string {
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  const fraction = nanos === 0 ? '' : `.${String(Math.abs(nanos)).padStart(9, '0').replace(/0+$/, '')}`;
  return `${sign}${Math.abs(seconds)}${fraction}s`;
}

export function durationFromMs(ms: number): Duration {
  const seconds = Math.trunc(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1_000_000) };
}
