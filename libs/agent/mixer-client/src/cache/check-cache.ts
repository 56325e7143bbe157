import { LRUCache } from 'lru-cache';
import type { CheckResponse_PreconditionResult } from '@quartet/api/istio/mixer/v1/check';
import type { AttributeSource } from '../attributes/value.js';
import { Code, CheckVerdict } from '../check/verdict.js';
import { shapeOf } from './reference-shape.js';
import { ShapeSet } from './shape-set.js';

interface Entry {
  readonly verdict: CheckVerdict;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Negative: unlimited. */
  usesLeft: number;
}

/** A cache holds one shape per combination of attributes that rules read; this many is far beyond any real rule set. */
const shapeLimit = 1_000;

/**
 * Mixer's verdicts by the attributes that decided them. Denials are kept like grants; UNAVAILABLE and NOT_FOUND are not, so
 * that those always go to Mixer. Source: istio/proxy 1.4, src/istio/mixerclient/check_cache.cc.
 */
export class CheckCache {
  private readonly shapes = new ShapeSet(shapeLimit);
  private readonly entries: LRUCache<string, Entry> | undefined;

  constructor(maxEntries: number) {
    this.entries = maxEntries > 0 ? new LRUCache({ max: maxEntries }) : undefined;
  }

  get size(): number {
    return this.entries?.size ?? 0;
  }

  /** A verdict that still holds; uses it up by one. An entry found expired ends the search. */
  lookUp(request: AttributeSource, now: number): CheckVerdict | undefined {
    const { entries } = this;
    if (!entries || entries.size === 0) return undefined;
    let signature = '';
    const entry = this.shapes.find(request, (candidate) => entries.get((signature = candidate)));
    if (!entry) return undefined;
    if (now > entry.expiresAt || entry.usesLeft === 0) {
      entries.delete(signature);
      return undefined;
    }
    if (entry.usesLeft > 0) entry.usesLeft--;
    return entry.verdict;
  }

  /** Keeps an answer for requests that agree with `request` in what decided it. */
  store(request: AttributeSource, answer: CheckResponse_PreconditionResult, now: number): void {
    if (!this.entries) return;
    const shape = shapeOf(answer.referencedAttributes ?? { words: [], attributeMatches: [] }, request);
    const signature = shape && this.shapes.add(shape, request);
    if (signature === undefined) return;
    const code = answer.status?.code ?? Code.ok;
    if (answer.validUseCount === 0 || code === Code.unavailable || code === Code.notFound) {
      this.entries.delete(signature);
      return;
    }
    const status = { code, message: answer.status?.message ?? '' };
    this.entries.set(signature, {
      verdict: new CheckVerdict(status, answer.routeDirective, { check: true, quota: false }),
      expiresAt: answer.validDuration ? now + answer.validDuration.seconds * 1000 + answer.validDuration.nanos / 1e6 : Infinity,
      usesLeft: answer.validUseCount,
    });
  }
}
