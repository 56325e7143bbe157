import { RateLimitResponse_Code as Code, type RateLimitRequest, type RateLimitResponse } from '@quartet/api/envoy/service/ratelimit/v3/rls';
import { unlimited, verdict, type CounterStore, type LimitedDescriptor, type LimitTable, type Taken } from '@quartet/ratelimit-core';
import type { FailureReason, RateLimitMetrics } from './rate-limit-metrics.js';

/** A request that can't be answered; the client's fault. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

export interface ServiceContext {
  readonly table: () => LimitTable;
  readonly store: CounterStore;
  readonly metrics: Pick<RateLimitMetrics, 'answered' | 'hit' | 'failed'>;
  readonly failureMode: 'open' | 'closed';
  readonly maxDescriptors: number;
  readonly maxPending: number;
  readonly now: () => number;
}

/**
 * Decides ShouldRateLimit. Every limited descriptor of a request is counted, each by itself; one that is over its limit
 * makes the whole OVER_LIMIT, and its hits are not counted. Descriptors that nothing limits are OK.
 */
export class RateLimitService {
  #pending = 0;

  constructor(private readonly context: ServiceContext) {}

  /** @throws InvalidRequest */
  async decide(request: RateLimitRequest): Promise<RateLimitResponse> {
    const started = this.context.now();
    const fault = this.#faultOf(request);
    const known = this.context.table().has(request.domain) ? request.domain : undefined;
    const answered = (code: 'ok' | 'over_limit' | 'invalid') => this.context.metrics.answered(known, code, (this.context.now() - started) / 1_000);
    if (fault !== undefined) {
      answered('invalid');
      throw new InvalidRequest(fault);
    }
    const response = await this.#count(request);
    answered(response.overallCode === Code.OVER_LIMIT ? 'over_limit' : 'ok');
    return response;
  }

  #faultOf({ domain, descriptors }: RateLimitRequest): string | undefined {
    if (domain === '') return 'domain is empty';
    if (descriptors.length === 0) return 'descriptors are empty';
    if (descriptors.length > this.context.maxDescriptors) return `${descriptors.length} descriptors are more than ${this.context.maxDescriptors}`;
    return descriptors.some(({ entries }) => entries.length === 0) ? 'a descriptor has no entries' : undefined;
  }

  async #count({ domain, descriptors, hitsAddend }: RateLimitRequest): Promise<RateLimitResponse> {
    const table = this.context.table();
    const found = descriptors.map(({ entries }) => table.find(domain, entries));
    const limited = found.filter((one) => one !== undefined);
    const hits = hitsAddend || 1;
    const taken = limited.length === 0 ? [] : await this.#take(limited, hits);
    if (taken === undefined) return this.#failed(found);
    let next = 0;
    const verdicts = found.map((one) => one && this.#verdict(one, taken[next++], hits));
    const statuses = verdicts.map((one) => one?.status ?? unlimited);
    return response(statuses.some(({ code }) => code === Code.OVER_LIMIT) ? Code.OVER_LIMIT : Code.OK, statuses);
  }

  #verdict(limited: LimitedDescriptor, taken: Taken | undefined, hits: number) {
    if (!taken) return undefined;
    const result = verdict(limited, taken);
    this.context.metrics.hit(limited.limit.name, result.outcome, hits);
    return result;
  }

  /** undefined: the counters could not be had. */
  async #take(limited: readonly LimitedDescriptor[], hits: number): Promise<readonly Taken[] | undefined> {
    if (this.#pending >= this.context.maxPending) return this.#cannot('pending');
    this.#pending++;
    try {
      const takes = limited.map(({ key, limit: { requests, windowMs } }) => ({ key, hits, requests, windowMs }));
      return await this.context.store.take(takes, this.context.now());
    } catch {
      return this.#cannot('redis');
    } finally {
      this.#pending--;
    }
  }

  #cannot(reason: FailureReason): undefined {
    this.context.metrics.failed(reason);
    return undefined;
  }

  /** Shadowed limits never refuse, not even then. */
  #failed(found: readonly (LimitedDescriptor | undefined)[]): RateLimitResponse {
    const refuses = (one: LimitedDescriptor | undefined) => this.context.failureMode === 'closed' && one !== undefined && !one.limit.shadow;
    const statuses = found.map((one) => ({ ...unlimited, code: refuses(one) ? Code.OVER_LIMIT : Code.OK }));
    return response(found.some(refuses) ? Code.OVER_LIMIT : Code.OK, statuses);
  }
}

function response(overallCode: Code, statuses: RateLimitResponse['statuses']): RateLimitResponse {
  return { overallCode, statuses, responseHeadersToAdd: [], requestHeadersToAdd: [], rawBody: Buffer.alloc(0), dynamicMetadata: undefined, quota: undefined };
}
