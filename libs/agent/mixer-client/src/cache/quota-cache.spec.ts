import { describe, expect, it } from 'vitest';
import type { AttributeBag } from '../attributes/value.js';
import { EXACT, quotaResult } from '../testdata/answers.js';
import { QuotaCache, type QuotaRefill } from './quota-cache.js';

const user = (name: string): AttributeBag => new Map([['request.user', name]]);

function driver(): { cache: QuotaCache; refills: QuotaRefill[]; take: (request: AttributeBag, now?: number) => boolean } {
  const cache = new QuotaCache(100);
  const refills: QuotaRefill[] = [];
  const take = (request: AttributeBag, now = 0): boolean => cache.take({ name: 'rq', amount: 1 }, request, { now, refill: (refill) => refills.push(refill) });
  return { cache, refills, take };
}

describe('quota cache', () => {
  it('shares one pool until Mixer says what decided', () => {
    const { refills, take } = driver();
    expect(take(user('a'))).toBe(true);
    expect(take(user('b'))).toBe(true);
    expect(refills).toHaveLength(1);
  });

  it('keeps a pool for each combination of what decided', () => {
    const { refills, take } = driver();
    take(user('a'));
    refills[0]!.answer(quotaResult(1, { matches: [[EXACT, 'request.user']] }), 0);
    expect(take(user('a'))).toBe(false);
    expect(take(user('b'))).toBe(true);
    expect(refills).toHaveLength(2);
  });

  it('forgets a pool after ten idle minutes', () => {
    const { refills, take } = driver();
    take(user('a'));
    refills[0]!.answer(quotaResult(1, { matches: [[EXACT, 'request.user']] }), 0);
    expect(take(user('a'), 600_001)).toBe(true);
  });

  it('lets requests pass when Mixer says nothing of the quota', () => {
    const { refills, take } = driver();
    take(user('a'));
    refills[0]!.answer(undefined, 0);
    expect(Array.from({ length: 9 }, () => take(user('a'))).every(Boolean)).toBe(true);
  });
});
