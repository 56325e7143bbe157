import { LRUCache } from 'lru-cache';
import type { CheckResponse_QuotaResult } from '@quartet/api/istio/mixer/v1/check';
import type { AttributeSource } from '../attributes/value.js';
import { QuotaPool, type Refill } from './quota-pool.js';
import { shapeOf } from './reference-shape.js';
import { ShapeSet } from './shape-set.js';

const idleMs = 600_000;
const shapeLimit = 100;
const quotaNameLimit = 1_000;

interface Entry {
  readonly pool: QuotaPool;
  usedAt: number;
}

interface QuotaState {
  readonly shapes: ShapeSet;
  /** The pool of requests whose signature is not known yet. */
  pending: QuotaPool | undefined;
}

/** A refill to ride on a background Check; `answer` takes undefined if Mixer could not be asked or said nothing of it. */
export interface QuotaRefill {
  readonly name: string;
  readonly amount: number;
  answer(result: CheckResponse_QuotaResult | undefined, now: number): void;
}

/**
 * Prefetched quota by name and by the attributes that decided it. Used only when the check itself was answered from cache.
 * Source: istio/proxy 1.4, src/istio/mixerclient/quota_cache.cc.
 */
export class QuotaCache {
  private readonly quotas: LRUCache<string, QuotaState>;
  private readonly entries: LRUCache<string, Entry> | undefined;

  constructor(maxEntries: number) {
    this.quotas = new LRUCache({ max: quotaNameLimit });
    this.entries = maxEntries > 0 ? new LRUCache({ max: maxEntries }) : undefined;
  }

  get enabled(): boolean {
    return this.entries !== undefined;
  }

  /** Takes `amount` units of `name`; refills that became due are passed to `refill`. */
  take(need: { readonly name: string; readonly amount: number }, request: AttributeSource, context: { readonly now: number; readonly refill: (refill: QuotaRefill) => void }): boolean {
    const state = this.stateOf(need.name);
    const pool = this.knownPool(state, need.name, request, context.now) ?? (state.pending ??= new QuotaPool());
    return pool.take(need.amount, context.now, (refill) => context.refill(this.refillOf(need.name, request, pool, refill)));
  }

  private stateOf(name: string): QuotaState {
    let state = this.quotas.get(name);
    if (!state) this.quotas.set(name, (state = { shapes: new ShapeSet(shapeLimit), pending: undefined }));
    return state;
  }

  private knownPool(state: QuotaState, name: string, request: AttributeSource, now: number): QuotaPool | undefined {
    const entry = state.shapes.find(request, (signature) => {
      const found = this.entries?.get(`${name}|${signature}`);
      return found && now - found.usedAt <= idleMs ? found : undefined;
    });
    if (entry) entry.usedAt = now;
    return entry?.pool;
  }

  private refillOf(name: string, request: AttributeSource, pool: QuotaPool, refill: Refill): QuotaRefill {
    return {
      name,
      amount: refill.amount,
      answer: (result, now) => {
        const validMs = result?.validDuration && result.validDuration.seconds * 1000 + result.validDuration.nanos / 1e6;
        refill.answer({ granted: result?.grantedAmount, validMs }, now);
        if (result) this.learn(name, request, pool, result, now);
      },
    };
  }

  /** Files the pool under the signature that Mixer's answer gives it. */
  private learn(name: string, request: AttributeSource, pool: QuotaPool, result: CheckResponse_QuotaResult, now: number): void {
    const state = this.stateOf(name);
    const shape = shapeOf(result.referencedAttributes ?? { words: [], attributeMatches: [] }, request);
    const signature = shape && state.shapes.add(shape, request);
    if (signature === undefined) return;
    const key = `${name}|${signature}`;
    if (!this.entries?.has(key)) this.entries?.set(key, { pool, usedAt: now });
    if (state.pending === pool) state.pending = undefined;
  }
}
