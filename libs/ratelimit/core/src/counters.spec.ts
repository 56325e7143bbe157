import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counterKey, MemoryCounters, verdict, type Take } from './index.js';

const take = (key: string, hits = 1, requests = 3, windowMs = 1_000): Take => ({ key, hits, requests, windowMs });

test('a window grants its requests and no more; the next one grants them anew', () => {
  const counters = new MemoryCounters(10);
  const granted = (now: number) => counters.take([take('a')], now)[0]?.granted;
  expect([1_100, 1_100, 1_200, 1_300, 2_099, 2_100].map(granted)).toEqual([true, true, true, false, false, true]);
});

test('hits that do not fit are not counted', () => {
  const counters = new MemoryCounters(10);
  expect([2, 2, 1].map((hits) => counters.take([take('a', hits)], 0)[0])).toMatchObject([{ granted: true, used: 2 }, { granted: false, used: 2 }, { granted: true, used: 3 }]);
});

test('a full table drops what has expired, and grants uncounted when nothing has', () => {
  const counters = new MemoryCounters(2);
  counters.take([take('a'), take('b')], 0);
  expect(counters.take([take('c')], 500)).toEqual([{ granted: true, used: 1, resetMs: 1_000 }]);
  expect(counters).toMatchObject({ size: 2, overflowed: 1 });
  counters.take([take('c')], 1_000);
  expect(counters).toMatchObject({ size: 1, overflowed: 1 });
});

test('property: never more than the limit is granted in any window', () => {
  const steps = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 400 }), hits: fc.integer({ min: 1, max: 4 }), key: fc.constantFrom('a', 'b') }), { maxLength: 60 });
  fc.assert(fc.property(steps, fc.integer({ min: 0, max: 5 }), (list, requests) => {
    const counters = new MemoryCounters(10);
    const granted: { key: string; at: number; hits: number }[] = [];
    let now = 0;
    for (const { wait, hits, key } of list) {
      now += wait;
      if (!counters.take([take(key, hits, requests)], now)[0]?.granted) continue;
      granted.push({ key, at: now, hits });
    }
    return ['a', 'b'].every((key) => windowsOf(granted.filter((one) => one.key === key)).every((count) => count <= requests));
  }));
});

/** Sums of hits, each window starting with the first hit after the last one's end. */
function windowsOf(granted: readonly { at: number; hits: number }[]): number[] {
  const sums: number[] = [];
  let end = -1;
  for (const { at, hits } of granted) {
    if (at >= end) {
      sums.push(0);
      end = at + 1_000;
    }
    sums.push((sums.pop() ?? 0) + hits);
  }
  return sums;
}

test('property: different descriptors have different keys', () => {
  const entries = fc.array(fc.record({ key: fc.string(), value: fc.string() }), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(entries, entries, (a, b) => (counterKey('d', a) === counterKey('d', b)) === (JSON.stringify(a) === JSON.stringify(b))));
  expect(counterKey('d', [{ key: 'k', value: 'x'.repeat(10_000) }]).length).toBeLessThan(120);
});

test('a verdict says what is left and for how long', () => {
  const limit = { name: 'l', requests: 3, windowMs: 60_000, shadow: false };
  const over = { granted: false, used: 3, resetMs: 58_500 };
  expect(verdict({ limit, key: 'k' }, over)).toMatchObject({
    outcome: 'over_limit', status: { code: 2, limitRemaining: 0, currentLimit: { name: 'l', requestsPerUnit: 3, unit: 2 }, durationUntilReset: { seconds: 58, nanos: 500_000_000 } },
  });
  expect(verdict({ limit: { ...limit, shadow: true }, key: 'k' }, over)).toMatchObject({ outcome: 'shadow_over_limit', status: { code: 1 } });
  expect(verdict({ limit: { ...limit, windowMs: 10_000 }, key: 'k' }, { granted: true, used: 1, resetMs: 5 })).toMatchObject({ outcome: 'ok', status: { code: 1, limitRemaining: 2, currentLimit: { unit: 0 } } });
});
