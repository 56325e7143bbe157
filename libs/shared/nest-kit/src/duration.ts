import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a Go duration such as `1h30m`, `250ms` or `0`; undefined if it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  if (!/^(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(body)) return undefined;
  let total = 0;
  for (const [, amount, unit] of body.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return sign * total;
}

/** Option schema of a Go duration; the option's value is in milliseconds. */
export const durationSchema = z.string().transform((text, context): number => {
  const duration = parseDurationMs(text);
  if (duration !== undefined) return duration;
  context.addIssue({ code: 'custom', message: `expected a duration such as 500ms, 10s or 1h30m, got "${text}"` });
  return z.NEVER;
});
