import { limitOf, RollingWindow } from '@quartet/mixer-adapters';
import { same } from '../assert.mjs';
import { builds, decodeAll, durationMs, newAdapters, run } from './run.mjs';

function quotaTypes(names) {
  return { quota: Object.fromEntries(names.map((name) => [name, { dimensions: {} }])) };
}

async function sequence({ params, dimensions, steps }) {
  const { otherParams: _, ...own } = params;
  const { handler, scheduler } = await run('memquota', { params: own });
  const period = durationMs(own.minDeduplicationDuration ?? '1s');
  for (const step of steps) {
    if (step.event) {
      await scheduler.advance(period * Number(/(\d+) times/.exec(step.event)?.[1] ?? 1));
      continue;
    }
    if (step.atSeconds !== undefined) await scheduler.advance(step.atSeconds * 1000 - scheduler.now());
    const { amount, bestEffort = false, dedupId, instance } = step;
    const result = await handler.handleQuota({ name: instance, dimensions: decodeAll(dimensions) }, { amount, bestEffort, dedupId });
    same(result.amount, step.granted, JSON.stringify(step));
    if (step.validDuration !== undefined) same(result.validDurationMs, durationMs(step.validDuration), JSON.stringify(step));
  }
}

export const memquotaCases = {
  quotaSequence: sequence,
  async validate({ params, valid }) {
    same(await builds('memquota', { params }), valid, 'valid');
  },
  async build({ params, instances, buildOk }) {
    same(await builds('memquota', { params, types: quotaTypes(instances) }), buildOk, 'build');
  },
  limit({ quota, dimensions, maxAmount }) {
    const { params } = newAdapters().adapters.get('memquota').params.parse({ quotas: [quota] });
    same(limitOf(params.quotas[0], decodeAll(dimensions)).maxAmount, maxAmount, 'limit');
  },
  rollingWindow({ limit, ticks, steps }) {
    const window = new RollingWindow(limit, ticks);
    for (const step of steps) {
      if (step.tick !== undefined) same(window.alloc(step.amount, step.tick), step.granted, JSON.stringify(step));
      else {
        same(window.alloc(step.alloc, step.allocTick), true, JSON.stringify(step));
        same(window.release(step.release, step.releaseTick), step.released, JSON.stringify(step));
      }
      same(window.available, step.availableAfter, JSON.stringify(step));
    }
  },
};
