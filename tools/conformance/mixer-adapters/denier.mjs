import { same } from '../assert.mjs';
import { durationMs, run } from './run.mjs';

const methods = { checknothing: 'handleCheckNothing', listentry: 'handleListEntry' };

export const denierCases = {
  async check({ params, template, expected }) {
    const { handler } = await run('denier', { params });
    const { status, validDurationMs, validUseCount } = await handler[methods[template]]({ name: 'i' });
    same({ code: status.code, validDurationMs, validUseCount }, { code: expected.status.code, validDurationMs: durationMs(expected.validDuration), validUseCount: expected.validUseCount }, 'result');
  },
  async quota({ params, amount, expected }) {
    const { handler } = await run('denier', { params });
    const result = await handler.handleQuota({ name: 'i', dimensions: {} }, { amount, bestEffort: false, dedupId: '' });
    same([result.amount, result.validDurationMs], [expected.granted, durationMs(expected.validDuration)], 'granted');
  },
};
