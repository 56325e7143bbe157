import { CheckResponse, type CheckResponse_QuotaResult } from '@quartet/api/istio/mixer/v1/check';
import type { AttributeSource } from '../attributes/value.js';
import type { GlobalDictionary } from '../attributes/word-dictionary.js';
import { CheckCache } from '../cache/check-cache.js';
import { QuotaCache, type QuotaRefill } from '../cache/quota-cache.js';
import type { Clock } from '../clock.js';
import type { MixerTransport } from '../mixer-channel.js';
import type { MixerStatistics } from '../statistics.js';
import { CheckVerdict, Code, type FailPolicy } from './verdict.js';
import type { QuotaNeed } from './quota-spec.js';
import { RemoteCheck, type RemoteAnswer } from './remote-check.js';

export interface CheckCall {
  readonly attributes: AttributeSource;
  readonly quotas: readonly QuotaNeed[];
  readonly policy: FailPolicy;
}

export interface CheckerOptions {
  readonly transport: MixerTransport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly clientId: string;
  readonly dictionary: GlobalDictionary;
  readonly statistics: MixerStatistics;
  readonly limits: { readonly checkCacheEntries: number; readonly quotaCacheEntries: number; readonly checksInFlight: number };
}

export type Cancel = () => void;

const nothing: Cancel = () => undefined;
const granted = { code: Code.ok, message: '' };

/**
 * Answers checks from the caches, else from Mixer.
 * Source: istio/proxy 1.4, src/istio/mixerclient/{client_impl,check_context}.
 */
export class Checker {
  private checkCache!: CheckCache;
  private quotaCache!: QuotaCache;
  private readonly remote: RemoteCheck;

  constructor(private readonly options: CheckerOptions) {
    this.forget();
    this.remote = new RemoteCheck(options);
  }

  /** Calls `done` once: at once if the caches know the answer. The result cancels a call that is still under way. */
  check(call: CheckCall, done: (verdict: CheckVerdict) => void): Cancel {
    const { statistics, clock } = this.options;
    statistics.total_check_calls++;
    const cached = this.checkCache.lookUp(call.attributes, clock.now());
    if (!cached) {
      statistics.total_check_cache_misses++;
      if (call.quotas.length > 0) this.countQuotaMiss();
      return this.ask(call, undefined, done);
    }
    const verdict = applyFailPolicy(cached, call.policy);
    statistics.total_check_cache_hits++;
    if (!verdict.ok) {
      statistics.total_check_cache_hit_denies++;
      done(verdict);
      return nothing;
    }
    statistics.total_check_cache_hit_accepts++;
    return call.quotas.length === 0 ? (done(verdict), nothing) : this.checkQuotas(call, verdict, done);
  }

  /** Drops what is cached: Mixer decides by other rules now (as 1.4 dropped it with each new filter configuration). */
  forget(): void {
    const { checkCacheEntries, quotaCacheEntries } = this.options.limits;
    this.checkCache = new CheckCache(checkCacheEntries);
    this.quotaCache = new QuotaCache(quotaCacheEntries);
  }

  private checkQuotas(call: CheckCall, verdict: CheckVerdict, done: (verdict: CheckVerdict) => void): Cancel {
    const { statistics } = this.options;
    if (!this.quotaCache.enabled) {
      this.countQuotaMiss();
      return this.ask(call, verdict, done);
    }
    statistics.total_quota_calls++;
    statistics.total_quota_cache_hits++;
    const refused = this.takeQuotas(call);
    if (refused.length > 0) statistics.total_quota_cache_hit_denies++;
    else statistics.total_quota_cache_hit_accepts++;
    const status = refused.length > 0 ? exhausted(refused) : verdict.status;
    done(new CheckVerdict(status, verdict.directive, { check: true, quota: true }));
    return nothing;
  }

  /** Names of the quotas that refused; due refills leave as one background call, which nothing cancels. */
  private takeQuotas(call: CheckCall): string[] {
    const refills: QuotaRefill[] = [];
    const context = { now: this.options.clock.now(), refill: (refill: QuotaRefill) => void refills.push(refill) };
    const refused = call.quotas.filter((need) => !this.quotaCache.take(need, call.attributes, context)).map(({ name }) => name);
    if (refills.length > 0) this.refill(call, refills);
    return refused;
  }

  private refill(call: CheckCall, refills: readonly QuotaRefill[]): void {
    this.options.statistics.total_remote_quota_calls++;
    this.options.statistics.total_remote_quota_prefetch_calls++;
    const quotas = refills.map(({ name, amount }) => ({ name, amount, bestEffort: true }));
    this.remote.send({ attributes: call.attributes, quotas, policy: call.policy }, (answer) => {
      const now = this.options.clock.now();
      for (const refill of refills) refill.answer('response' in answer ? answer.response.quotas[refill.name] : undefined, now);
    });
  }

  private ask(call: CheckCall, cached: CheckVerdict | undefined, done: (verdict: CheckVerdict) => void): Cancel {
    const { statistics } = this.options;
    if (!cached) statistics.total_remote_check_calls++;
    if (call.quotas.length > 0) statistics.total_remote_quota_calls++;
    const quotas = call.quotas.map(({ name, amount }) => ({ name, amount, bestEffort: false }));
    const { checkCache } = this;
    return this.remote.send({ attributes: call.attributes, quotas, policy: call.policy }, (answer) => {
      done(this.conclude(call, cached ?? this.policyVerdict(call, answer, checkCache), answer));
    });
  }

  private conclude(call: CheckCall, verdict: CheckVerdict, answer: RemoteAnswer): CheckVerdict {
    if (!verdict.ok || call.quotas.length === 0) return verdict;
    const refused = 'response' in answer ? refusedQuotas(call.quotas, answer.response) : [];
    if (refused.length > 0) this.options.statistics.total_remote_quota_denies++;
    else this.options.statistics.total_remote_quota_accepts++;
    return refused.length > 0 ? new CheckVerdict(exhausted(refused), verdict.directive, verdict.cacheHit) : verdict;
  }

  private policyVerdict(call: CheckCall, answer: RemoteAnswer, cache: CheckCache): CheckVerdict {
    const verdict = this.rawVerdict(call, answer, cache);
    if (verdict.ok) this.options.statistics.total_remote_check_accepts++;
    else this.options.statistics.total_remote_check_denies++;
    return verdict;
  }

  /** Keeps the answer in the cache of the time of the question: an answer of before `forget` is forgotten with it. */
  private rawVerdict(call: CheckCall, answer: RemoteAnswer, cache: CheckCache): CheckVerdict {
    const missed = { check: false, quota: false };
    if (!('response' in answer)) {
      const { code, message } = answer.failure;
      return new CheckVerdict(call.policy.failOpen ? granted : { code, message }, undefined, missed);
    }
    const { precondition } = answer.response;
    if (!precondition) return new CheckVerdict({ code: Code.invalidArgument, message: 'CheckResponse does not contain precondition result' }, undefined, missed);
    cache.store(call.attributes, precondition, this.options.clock.now());
    const status = { code: precondition.status?.code ?? Code.ok, message: precondition.status?.message ?? '' };
    return applyFailPolicy(new CheckVerdict(status, precondition.routeDirective, missed), call.policy);
  }

  private countQuotaMiss(): void {
    this.options.statistics.total_quota_calls++;
    this.options.statistics.total_quota_cache_misses++;
  }
}

/** Mixer's own INTERNAL counts as Mixer being away. */
function applyFailPolicy(verdict: CheckVerdict, policy: FailPolicy): CheckVerdict {
  if (verdict.status.code !== Code.internal || !policy.failOpen) return verdict;
  return new CheckVerdict(granted, verdict.directive, verdict.cacheHit);
}

function refusedQuotas(needs: readonly QuotaNeed[], response: CheckResponse): string[] {
  return needs.filter(({ name }) => !passes(response.quotas[name])).map(({ name }) => name);
}

function passes(result: CheckResponse_QuotaResult | undefined): boolean {
  return result === undefined || result.status?.code === Code.unavailable || result.grantedAmount > 0;
}

function exhausted(names: readonly string[]): { code: number; message: string } {
  return { code: Code.resourceExhausted, message: `Quota is exhausted for: ${names.join(',')}` };
}
