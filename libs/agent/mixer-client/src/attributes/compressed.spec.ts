import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckRequest } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest } from '@quartet/api/istio/mixer/v1/report';
import { baseGlobalWordCount, globalWords } from '@quartet/model/global-words';
import { CheckRequestEncoder } from '../check/check-request.js';
import { ReportBatch } from '../report/report-batch.js';
import { checkAttributesOf, reportEntriesOf } from '../testdata/decompress.js';
import { DoubleValue, DurationValue, TimestampValue, type AttributeBag, type AttributeValue } from './value.js';

const encoder = new CheckRequestEncoder();
const encodeCheck = (attributes: AttributeBag, globalWordCount = globalWords.length): Buffer =>
  encoder.encode({ attributes, deduplicationId: 'client-1', quotas: [] }, globalWordCount);

const text = fc.oneof(fc.constantFrom(...globalWords), fc.string({ unit: 'binary', maxLength: 300 }), fc.string());
const nanos = fc.integer({ min: 0, max: 999_999_999 });
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 20 }),
  fc.tuple(fc.integer({ min: 0, max: 1e11 }), nanos).map(([s, n]) => new TimestampValue(s, n)),
  fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), nanos).map(([s, n]) => new DurationValue(s, s < 0 && n > 0 ? -n : n)),
  fc.double({ noNaN: true }).map((d) => new DoubleValue(d)),
  fc.array(fc.tuple(text, text), { maxLength: 30 }).map((entries) => new Map(entries)),
);
const bag: fc.Arbitrary<AttributeBag> = fc.array(fc.tuple(text, value), { maxLength: 40 }).map((entries) => new Map(entries));

describe('compressed attributes', () => {
  it('decode to what was encoded, whatever the bag and the size of the dictionary', () => {
    fc.assert(fc.property(bag, fc.constantFrom(0, baseGlobalWordCount, globalWords.length), (attributes, count) => {
      expect(checkAttributesOf(encodeCheck(attributes, count))).toEqual(attributes);
    }));
  });

  it('of a batch share one list of words', () => {
    const batch = new ReportBatch();
    fc.assert(fc.property(fc.array(bag, { minLength: 1, maxLength: 5 }), (bags) => {
      for (const attributes of bags) batch.append(attributes, globalWords.length);
      const request = batch.take();
      expect(reportEntriesOf(request)).toEqual(bags);
      expect(ReportRequest.decode(request)).toMatchObject({ globalWordCount: 222, repeatedAttributesSemantics: 1 });
      expect(batch.entries).toBe(0);
    }), { numRuns: 50 });
  });

  it('use global words by index and list each other word once', () => {
    const request = CheckRequest.decode(encodeCheck(new Map<string, AttributeValue>([['source.uid', 'x'], ['destination.uid', 'x'], ['request.method', 'GET']])));
    expect(request.attributes?.words).toEqual(['x']);
    expect(request.attributes?.strings).toEqual({ [globalWords.indexOf('source.uid')]: -1, [globalWords.indexOf('destination.uid')]: -1, [globalWords.indexOf('request.method')]: globalWords.indexOf('GET') });
    expect(request).toMatchObject({ globalWordCount: 222, deduplicationId: 'client-1' });
  });

  it.each([[94, "'200'"], [111, "'0'"], [112, "'1'"], [218, '"-"']])('know word %i with its quotes', (index, word) => {
    expect(globalWords[index]).toBe(word);
    const bare = word.slice(1, -1);
    const request = CheckRequest.decode(encodeCheck(new Map([['a', word], ['b', bare]])));
    expect(request.attributes?.strings[-1]).toBe(index);
    expect(request.attributes?.strings[-2]).not.toBe(index);
  });

  it('send words past the believed size of the dictionary as words of the message', () => {
    const word = globalWords[baseGlobalWordCount]!;
    expect(CheckRequest.decode(encodeCheck(new Map([['source.uid', word]]), baseGlobalWordCount)).attributes?.words).toEqual([word]);
  });

  it('carry quotas', () => {
    const quotas = [{ name: 'rq', amount: 5, bestEffort: true }, { name: 'other', amount: 1, bestEffort: false }];
    expect(CheckRequest.decode(encoder.encode({ attributes: new Map(), deduplicationId: 'd', quotas }, 222)).quotas).toEqual({
      rq: { amount: 5, bestEffort: true },
      other: { amount: 1, bestEffort: false },
    });
  });
});
