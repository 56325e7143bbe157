import fc from 'fast-check';
import { expect, it } from 'vitest';
import { durationFromMs, durationMs, formatDuration, parseDuration } from './index.js';

it.each([
  ['0', 0, 0], ['0s', 0, 0], ['1.5s', 1, 500_000_000], ['100ms', 0, 100_000_000], ['1h2m3s', 3_723, 0], ['-1.5s', -1, -500_000_000],
  ['.5s', 0, 500_000_000], ['1.s', 1, 0], ['3us', 0, 3_000], ['3µs', 0, 3_000], ['1ns', 0, 1], ['0.000000001s', 0, 1], ['24h', 86_400, 0],
])('parseDuration(%s)', (text, seconds, nanos) => expect(parseDuration(text)).toEqual({ seconds, nanos }));

it.each(['', '1', 's', '1 s', '1d', '1s2', '--1s', '1e3s', '315576000001s', '1.5.5s'])('parseDuration(%j) is none', (text) => expect(parseDuration(text)).toBeUndefined());

it('formatDuration is read back', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 999_999_999 }), fc.boolean(), (seconds, nanos, negative) => {
    const duration = negative ? { seconds: -seconds || 0, nanos: -nanos || 0 } : { seconds, nanos };
    expect(parseDuration(formatDuration(duration))).toEqual(duration);
  }));
});

it('converts milliseconds both ways', () => {
  expect(durationFromMs(1_500.25)).toEqual({ seconds: 1, nanos: 500_250_000 });
  expect(durationMs({ seconds: 1, nanos: 500_250_000 })).toBe(1_500.25);
  expect(durationMs(undefined)).toBeUndefined();
});
