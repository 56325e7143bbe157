import { defineAdapter, okStatus, params as p, type CheckResult } from '@quartet/mixer-adapter-sdk';

const longMs = 1e12;
const accepted: CheckResult = { status: okStatus, validDurationMs: longMs, validUseCount: 1_000_000_000 };

/**
 * Accepts everything and does nothing.
 * Source: mixer/adapter/noop.
 */
export const noop = defineAdapter({
  name: 'noop',
  description: 'Does nothing (useful for testing)',
  templates: ['authorization', 'checknothing', 'reportnothing', 'listentry', 'logentry', 'metric', 'quota', 'tracespan'],
  params: p.message({}),
  build: () => ({
    handleAuthorization: () => accepted,
    handleCheckNothing: () => accepted,
    handleListEntry: () => accepted,
    handleReportNothing: () => undefined,
    handleLogEntry: () => undefined,
    handleMetric: () => undefined,
    handleTraceSpan: () => undefined,
    handleQuota: (_, { amount }) => ({ status: okStatus, amount, validDurationMs: longMs }),
  }),
});
