import { defineAdapter, params as p, type CheckResult, type DirectHttpResponse } from '@quartet/mixer-adapter-sdk';
import { directHttpResponse } from './direct-http-response.js';

/**
 * Denies every check with the configured status and grants no quota.
 * Source: mixer/adapter/denier.
 */
export const denier = defineAdapter({
  name: 'denier',
  description: 'Rejects any check and quota request with a configurable error',
  templates: ['checknothing', 'listentry', 'quota'],
  params: p.message({
    status: p.nested({ code: p.integer(9), message: p.string(), details: p.repeated(p.struct()) }),
    validDuration: p.duration('5s'),
    validUseCount: p.integer(1000),
  }),
  build({ params: { status, validDuration, validUseCount } }) {
    const denial: CheckResult = {
      status: { code: status.code, message: status.message },
      validDurationMs: validDuration,
      validUseCount,
      ...firstResponse(status.details.map(directHttpResponse)),
    };
    return {
      handleCheckNothing: () => denial,
      handleListEntry: () => denial,
      handleQuota: () => ({ status: { code: 0, message: '' }, amount: 0, validDurationMs: 0 }),
    };
  },
});

function firstResponse(responses: readonly (DirectHttpResponse | undefined)[]): { directResponse?: DirectHttpResponse } {
  const directResponse = responses.find((response) => response !== undefined);
  return directResponse ? { directResponse } : {};
}
