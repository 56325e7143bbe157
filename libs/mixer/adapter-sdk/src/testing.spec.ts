import { describe, expect, it } from 'vitest';
import { Code, defineAdapter, okStatus, params as p, statusOf } from './index.js';
import { runAdapter } from './testing.js';

/** The adapter of the README. */
const officeHours = defineAdapter({
  name: 'officehours',
  description: 'Denies at night',
  templates: ['checknothing'],
  params: p.message({ opens: p.duration('8h'), closes: p.duration('18h') }),
  validate: ({ params }) => (params.opens < params.closes ? [] : [{ path: 'closes', message: 'must be after opens' }]),
  build({ params }, env) {
    env.every(1000, () => env.logger.info('tick'));
    env.after(1500, () => env.logger.warn('once'));
    return {
      handleCheckNothing() {
        const time = env.now() % 86_400_000;
        const open = time >= params.opens && time < params.closes;
        return { status: open ? okStatus : statusOf(Code.PERMISSION_DENIED, 'we are closed'), validDurationMs: 60_000, validUseCount: 1000 };
      },
    };
  },
});

describe('runAdapter', () => {
  it('builds a handler from config and moves its clock', async () => {
    const { handler, scheduler } = await runAdapter(officeHours, { params: 'opens: 9h' });
    expect(handler.handleCheckNothing?.({ name: 'i' })).toMatchObject({ status: { code: 7, message: 'we are closed' } });
    await scheduler.advance(10 * 3_600_000);
    expect(handler.handleCheckNothing?.({ name: 'i' })).toMatchObject({ status: okStatus });
  });

  it('runs scheduled work as the clock passes it', async () => {
    const { scheduler, logs } = await runAdapter(officeHours);
    await scheduler.advance(2000);
    expect(logs).toEqual(['info: tick', 'warn: once', 'info: tick']);
  });

  it('refuses bad config', async () => {
    await expect(runAdapter(officeHours, { params: { opens: '20h' } })).rejects.toThrow('closes: must be after opens');
    await expect(runAdapter(officeHours, { params: { opns: '8h' } })).rejects.toThrow('opns: unknown field');
  });
});
