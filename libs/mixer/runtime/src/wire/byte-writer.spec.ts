import { CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.js';
import { Cursor } from './cursor.js';
import { standardDictionary } from './dictionary.js';
import { writeCheckResponse } from './responses.js';

describe('a byte writer', () => {
  it.each([0, 1, 127, 128, 300, 16_383, 16_384, 2_097_151, 2_097_152])('nests a message of about %d bytes', (size) => {
    const writer = new ByteWriter(4);
    writer.message(1, (inner) => inner.message(2, (innermost) => innermost.text(3, 'x'.repeat(size))));
    writer.text(4, 'after');
    const cursor = new Cursor(writer.finish());
    expect(cursor.uint32()).toBe(10);
    const outer = cursor.length();
    expect(cursor.uint32()).toBe(18);
    expect(cursor.length()).toBe(outer);
    expect(cursor.uint32()).toBe(26);
    expect(cursor.text()).toBe('x'.repeat(size));
    expect(cursor.position).toBe(outer);
    expect([cursor.uint32(), cursor.text(), cursor.done]).toEqual([34, 'after', true]);
  });

  it.each([0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])('writes %d', (value) => {
    const writer = new ByteWriter();
    writer.int64(value);
    expect(new Cursor(writer.finish()).int64()).toBe(value);
  });
});

describe('a CheckResponse', () => {
  const answer = (globalWordCount: number) => CheckResponse.decode(writeCheckResponse(
    {
      code: 7, message: 'no', validDurationMs: 1500, validUseCount: -1,
      references: [{ name: 'source.name', mapKey: undefined, condition: 2 }, { name: 'request.headers', mapKey: 'x-own', condition: 1 }, { name: 'source.ip', mapKey: undefined, condition: 1 }],
      directive: { requestHeaderOperations: [{ name: 'a', value: 'b', operation: 2 }], responseHeaderOperations: [], directResponseCode: 403, directResponseBody: 'text' },
    },
    [{ name: 'q', code: 0, message: '', validDurationMs: 60_000, amount: 5, references: [] }],
    { dictionary: standardDictionary, globalWordCount },
  ));

  it('is what the generated codec reads', () => {
    expect(answer(222)).toMatchObject({
      precondition: {
        status: { code: 7, message: 'no' }, validDuration: { seconds: 1, nanos: 500_000_000 }, validUseCount: -1,
        referencedAttributes: { words: ['x-own'], attributeMatches: [{ name: 2, condition: 2, mapKey: 0 }, { name: 15, condition: 1, mapKey: -1 }, { name: 0, condition: 1, mapKey: 0 }] },
        routeDirective: { requestHeaderOperations: [{ name: 'a', value: 'b', operation: 2 }], directResponseCode: 403, directResponseBody: 'text' },
      },
      quotas: { q: { grantedAmount: 5, validDuration: { seconds: 60 }, status: { code: 0 } } },
    });
  });

  it('names no word that the caller does not know', () => {
    expect(answer(0).precondition?.referencedAttributes?.words).toEqual(['source.name', 'request.headers', 'x-own', 'source.ip']);
    expect(answer(10).precondition?.referencedAttributes?.words).toEqual(['request.headers', 'x-own']);
  });
});
