import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { describe, expect, it } from 'vitest';
import { denier } from './denier.js';

describe('denier', () => {
  it('denies with FAILED_PRECONDITION for 5 s and 1000 uses unless told otherwise', async () => {
    const { handler } = await runAdapter(denier);
    const denial = { status: { code: 9, message: '' }, validDurationMs: 5000, validUseCount: 1000 };
    expect(handler.handleCheckNothing?.({ name: 'i' })).toEqual(denial);
    expect(handler.handleListEntry?.({ name: 'i', value: 'x' })).toEqual(denial);
    expect(handler.handleQuota?.({ name: 'i', dimensions: {} }, { dedupId: '', amount: 5, bestEffort: true })).toMatchObject({ amount: 0, status: { code: 0 } });
  });

  it('hands over the response that a detail of its status holds', async () => {
    const { handler } = await runAdapter(denier, {
      params: `
        status:
          code: 7
          message: no
          details:
          - "@type": type.googleapis.com/istio.policy.v1beta1.DirectHttpResponse
            code: TooManyRequests
            body: slow down
            headers: {retry-after: "5"}`,
    });
    expect(handler.handleCheckNothing?.({ name: 'i' })).toMatchObject({ status: { code: 7, message: 'no' }, directResponse: { code: 429, body: 'slow down', headers: { 'retry-after': '5' } } });
  });
});
