import { describe, expect, it } from 'vitest';
import { CheckRequest, type CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { GlobalDictionary } from '../attributes/word-dictionary.js';
import { MixerStatistics } from '../statistics.js';
import { answer, encodeAnswer, EXACT, quotaResult, type Match } from '../testdata/answers.js';
import { checkAttributesOf } from '../testdata/decompress.js';
import { FakeTransport } from '../testdata/fake-transport.js';
import { ManualClock } from '../testdata/manual-clock.js';
import { Checker } from './checker.js';
import type { QuotaNeed } from './quota-spec.js';
import { defaultFailPolicy, type CheckVerdict, type FailPolicy } from './verdict.js';

const failClose: FailPolicy = { ...defaultFailPolicy, failOpen: false };
const method: Match[] = [[EXACT, 'request.method']];

class Driver {
  readonly transport = new FakeTransport();
  readonly clock = new ManualClock();
  readonly statistics = new MixerStatistics();
  readonly dictionary = new GlobalDictionary();
  readonly verdicts: CheckVerdict[] = [];
  readonly checker: Checker;

  constructor(limits: { checkCacheEntries?: number; quotaCacheEntries?: number; checksInFlight?: number } = {}) {
    const { transport, clock, statistics, dictionary } = this;
    const all = { checkCacheEntries: 100, quotaCacheEntries: 100, checksInFlight: 100, ...limits };
    this.checker = new Checker({ transport, clock, statistics, dictionary, random: () => 0.5, clientId: 'c-', limits: all });
  }

  check(parts: { policy?: FailPolicy; quotas?: QuotaNeed[]; method?: string } = {}): () => void {
    const attributes = new Map([['request.method', parts.method ?? 'GET']]);
    return this.checker.check({ attributes, quotas: parts.quotas ?? [], policy: parts.policy ?? defaultFailPolicy }, (verdict) => this.verdicts.push(verdict));
  }

  /** Answers the oldest call that waits. */
  answer(response: CheckResponse, call = this.transport.calls.length - 1): void {
    this.transport.calls[call]!.answer(encodeAnswer(response));
  }

  request(call: number): CheckRequest {
    return CheckRequest.decode(this.transport.calls[call]!.request);
  }

  get last(): CheckVerdict | undefined {
    return this.verdicts.at(-1);
  }
}

const quota: QuotaNeed[] = [{ name: 'rq', amount: 1 }];

describe('check', () => {
  it('asks Mixer once and then the cache', () => {
    const driver = new Driver();
    driver.check();
    expect(checkAttributesOf(driver.transport.calls[0]!.request)).toEqual(new Map([['request.method', 'GET']]));
    driver.answer(answer({ matches: method }));
    driver.check();
    expect(driver.verdicts.map(({ cacheHit }) => cacheHit.check)).toEqual([false, true]);
    expect(driver.transport.calls).toHaveLength(1);
    expect(driver.statistics).toMatchObject({ total_check_calls: 2, total_check_cache_hits: 1, total_check_cache_misses: 1, total_check_cache_hit_accepts: 1, total_remote_check_calls: 1, total_remote_check_accepts: 1, total_remote_call_successes: 1 });
  });

  it('denies with what Mixer said, from the cache too', () => {
    const driver = new Driver();
    driver.check();
    driver.answer(answer({ matches: method, code: 7, message: 'h.ns:no' }));
    driver.check();
    expect(driver.verdicts.map(({ status }) => status)).toEqual([{ code: 7, message: 'h.ns:no' }, { code: 7, message: 'h.ns:no' }]);
    expect(driver.statistics).toMatchObject({ total_check_cache_hit_denies: 1, total_remote_check_denies: 1 });
  });

  it.each<[string, FailPolicy, number]>([['fails open', defaultFailPolicy, 0], ['fails closed', failClose, 14]])('%s when Mixer is away, and keeps nothing', (_name, policy, code) => {
    const driver = new Driver();
    driver.check({ policy });
    driver.transport.calls[0]!.fail();
    expect(driver.last?.status.code).toBe(code);
    driver.check({ policy });
    expect(driver.transport.calls).toHaveLength(2);
  });

  it.each<[string, FailPolicy, number]>([['OK when failing open', defaultFailPolicy, 0], ['INTERNAL when failing closed', failClose, 13]])('takes INTERNAL of Mixer for %s, cached or not', (_name, policy, code) => {
    const driver = new Driver();
    driver.check({ policy });
    driver.answer(answer({ matches: method, code: 13 }));
    driver.check({ policy });
    expect(driver.verdicts.map(({ status }) => status.code)).toEqual([code, code]);
  });

  it('refuses an answer without precondition', () => {
    const driver = new Driver();
    driver.check();
    driver.answer({ quotas: {} });
    expect(driver.last?.status.code).toBe(3);
  });

  it('takes an undecodable answer for a failure', () => {
    const driver = new Driver();
    driver.check({ policy: failClose });
    driver.transport.calls[0]!.answer(Buffer.of(0xff));
    expect(driver.last?.status.code).toBe(13);
  });

  it('retries with growing waits and one deduplication id', () => {
    const driver = new Driver();
    driver.check({ policy: { failOpen: false, maxRetry: 2, baseRetryWaitMs: 80, maxRetryWaitMs: 200 } });
    driver.transport.calls[0]!.fail();
    expect(driver.clock.nextIn).toBe(80);
    driver.clock.advance(80);
    driver.transport.calls[1]!.fail({ kind: 'timeout' });
    expect(driver.clock.nextIn).toBe(120);
    driver.clock.advance(120);
    driver.answer(answer({ matches: method }));
    expect(driver.last?.ok).toBe(true);
    expect(new Set([0, 1, 2].map((call) => driver.request(call).deduplicationId))).toEqual(new Set(['c-0']));
    expect(driver.statistics).toMatchObject({ total_remote_calls: 3, total_remote_call_retries: 2, total_remote_call_send_errors: 1, total_remote_call_timeouts: 1 });
  });

  it('falls back to the base dictionary when Mixer does not know the words', () => {
    const driver = new Driver();
    driver.check({ policy: { ...failClose, maxRetry: 1 } });
    driver.transport.calls[0]!.fail({ code: 3, message: 'Request could not be processed due to invalid attributes', kind: 'other' });
    driver.clock.advance(1000);
    expect([0, 1].map((call) => driver.request(call).globalWordCount)).toEqual([222, 111]);
  });

  it('cancels a call and a retry under way', () => {
    const driver = new Driver();
    driver.check()();
    expect(driver.transport.calls[0]!.cancelled).toBe(true);
    const cancel = driver.check({ policy: { ...defaultFailPolicy, maxRetry: 1 } });
    driver.transport.calls[1]!.fail();
    cancel();
    driver.clock.advance(10_000);
    expect(driver.transport.calls).toHaveLength(2);
    expect(driver.verdicts).toHaveLength(0);
    expect(driver.statistics.total_remote_call_cancellations).toBe(2);
  });

  it('forgets what was decided, or asked, before Mixer had other rules', () => {
    const driver = new Driver();
    driver.check();
    driver.answer(answer({ matches: method }));
    driver.check({ method: 'PUT' });
    driver.checker.forget();
    driver.answer(answer({ matches: method }));
    driver.check();
    driver.check({ method: 'PUT' });
    expect(driver.transport.calls).toHaveLength(4);
  });

  it('bounds the calls under way', () => {
    const driver = new Driver({ checksInFlight: 1 });
    const cancel = driver.check({ policy: failClose });
    driver.check({ policy: failClose, method: 'PUT' });
    expect(driver.last?.status.code).toBe(14);
    expect(driver.statistics.check_overflows).toBe(1);
    cancel();
    driver.check({ method: 'PUT' });
    expect(driver.transport.calls).toHaveLength(2);
  });
});

describe('quota', () => {
  it.each([
    ['granted', quotaResult(1), 0],
    ['refused', quotaResult(0), 8],
    ['not answered', undefined, 0],
    ['unavailable', quotaResult(0, { code: 14 }), 0],
  ])('rides on a check that is not cached: %s', (_name, result, code) => {
    const driver = new Driver();
    driver.check({ quotas: quota });
    expect(driver.request(0).quotas).toEqual({ rq: { amount: 1, bestEffort: false } });
    driver.answer(answer({ matches: method, quotas: result ? { rq: result } : {} }));
    expect(driver.last?.status).toEqual({ code, message: code === 0 ? '' : 'Quota is exhausted for: rq' });
  });

  it('is prefetched behind a cached check', () => {
    const driver = new Driver();
    driver.check({ quotas: quota });
    driver.answer(answer({ matches: method, quotas: { rq: quotaResult(1) } }));
    driver.check({ quotas: quota });
    expect(driver.last).toMatchObject({ ok: true, cacheHit: { check: true, quota: true } });
    expect(driver.request(1).quotas).toEqual({ rq: { amount: 10, bestEffort: true } });
    driver.answer(answer({ matches: method, quotas: { rq: quotaResult(3) } }));
    const codes = Array.from({ length: 4 }, () => (driver.check({ quotas: quota }), driver.last!.status.code));
    expect(codes).toEqual([0, 0, 8, 8]);
    expect(driver.transport.calls).toHaveLength(2);
    expect(driver.statistics).toMatchObject({ total_quota_calls: 6, total_quota_cache_hits: 5, total_quota_cache_hit_accepts: 3, total_quota_cache_hit_denies: 2, total_remote_quota_prefetch_calls: 1, total_remote_quota_calls: 2 });
  });

  it('is not touched by a cached denial', () => {
    const driver = new Driver();
    driver.check({ quotas: quota });
    driver.answer(answer({ matches: method, code: 7 }));
    driver.check({ quotas: quota });
    expect(driver.transport.calls).toHaveLength(1);
    expect(driver.last?.status.code).toBe(7);
  });

  it.each([defaultFailPolicy, failClose])('passes when Mixer is away, whatever the policy', (policy) => {
    const driver = new Driver();
    driver.check({ policy });
    driver.answer(answer({ matches: method }));
    driver.check({ policy, quotas: quota });
    driver.transport.calls[1]!.fail();
    driver.check({ policy, quotas: quota });
    expect(driver.verdicts.map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  it('goes to Mixer each time if its cache is off', () => {
    const driver = new Driver({ quotaCacheEntries: 0 });
    driver.check();
    driver.answer(answer({ matches: method }));
    driver.check({ quotas: quota });
    driver.answer(answer({ code: 7, quotas: { rq: quotaResult(0) } }));
    expect(driver.last).toMatchObject({ status: { code: 8 }, cacheHit: { check: true, quota: false } });
  });
});
