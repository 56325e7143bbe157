import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { describe, expect, it } from 'vitest';
import { memquota } from './memquota.js';

const params = {
  quotas: [
    { name: 'window', max_amount: 5, valid_duration: '10s', overrides: [{ dimensions: { user: 'vip' }, max_amount: 50, valid_duration: '10s' }] },
    { name: 'counter', max_amount: 5 },
  ],
};

async function start() {
  const { handler, scheduler } = await runAdapter(memquota, { params, types: { quota: { window: {}, counter: {} } } });
  let calls = 0;
  const ask = (name: string, amount: number, { user = 'u', bestEffort = false, dedupId = `${calls++}` } = {}) => {
    const result = handler.handleQuota?.({ name, dimensions: { user } }, { amount, bestEffort, dedupId });
    return result as { amount: number; validDurationMs: number };
  };
  return { ask, scheduler };
}

describe('memquota', () => {
  it('grants what fits into the window and takes it back as the window moves on', async () => {
    const { ask, scheduler } = await start();
    expect(ask('window', 3)).toMatchObject({ amount: 3, validDurationMs: 10_000 });
    expect(ask('window', 3)).toMatchObject({ amount: 0, validDurationMs: 0 });
    expect(ask('window', 3, { bestEffort: true })).toMatchObject({ amount: 2 });
    await scheduler.advance(10_000);
    expect(ask('window', 5)).toMatchObject({ amount: 5 });
  });

  it('counts each set of dimensions by itself, with its own limit', async () => {
    const { ask } = await start();
    ask('window', 5);
    expect(ask('window', 5, { user: 'other' }).amount).toBe(5);
    expect(ask('window', 40, { user: 'vip' }).amount).toBe(40);
  });

  it('keeps a counter without duration until it is released', async () => {
    const { ask, scheduler } = await start();
    expect(ask('counter', 5)).toMatchObject({ amount: 5, validDurationMs: 0 });
    await scheduler.advance(100_000);
    expect(ask('counter', 1).amount).toBe(0);
    expect(ask('counter', -2).amount).toBe(2);
    expect(ask('counter', 2).amount).toBe(2);
  });

  it('answers a repeated id as before, with what is left of the validity', async () => {
    const { ask, scheduler } = await start();
    ask('window', 5, { dedupId: 'x' });
    await scheduler.advance(400);
    expect(ask('window', 5, { dedupId: 'x' })).toMatchObject({ amount: 5, validDurationMs: 9_600 });
    expect(ask('window', 1, { dedupId: 'y' }).amount).toBe(0);
    await scheduler.advance(500);
    expect(ask('window', 5, { dedupId: 'y' }).amount).toBe(0);
  });

  it('refuses an instance without limit', async () => {
    await expect(runAdapter(memquota, { params, types: { quota: { nosuch: {} } } })).rejects.toThrow('quotas: did not find limit defined for quota nosuch');
  });
});
