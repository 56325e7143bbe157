import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Duration } from './duration.js';

describe('Duration', () => {
  it.each([
    ['0', 0, 0, '0s'],
    ['5ms', 0, 5_000_000, '5ms'],
    ['1.5s', 1, 500_000_000, '1.5s'],
    ['-1.5s', -1, -500_000_000, '-1.5s'],
    ['1h2m', 3720, 0, '1h2m0s'],
    ['+90s', 90, 0, '1m30s'],
    ['100us', 0, 100_000, '100µs'],
    ['1.5µs', 0, 1500, '1.5µs'],
    ['12ns', 0, 12, '12ns'],
    ['.5s', 0, 500_000_000, '500ms'],
    ['1h1.000000001s', 3601, 1, '1h0m1.000000001s'],
  ])('reads %s and prints it as Go does', (text, seconds, nanos, printed) => {
    const duration = Duration.parse(text);
    expect(duration).toMatchObject({ seconds, nanos });
    expect(duration?.toString()).toBe(printed);
  });

  it.each(['', '5', 's', '1x', '1s 2s', '1.s.', '--1s', '.s', '9223372036854775808ns', '1e3s'])('refuses %j', (text) => {
    expect(Duration.parse(text)).toBeUndefined();
  });

  it('prints what it reads again', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (nanoseconds) => {
        const duration = Duration.fromNanoseconds(nanoseconds);
        expect(duration.toNanoseconds()).toBe(nanoseconds);
        expect(Duration.parse(duration.toString())?.toNanoseconds()).toBe(nanoseconds);
      }),
    );
  });
});
