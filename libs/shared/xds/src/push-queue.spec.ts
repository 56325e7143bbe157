import { describe, expect, it } from 'vitest';
import { PushQueue } from './push-queue.js';

function harness(options: { concurrency?: number; limit?: number; busy?: Set<string>; gate?: (key: string) => Promise<void> | void } = {}) {
  const done: string[] = [];
  const errors: string[] = [];
  const queue = new PushQueue<string, string>({
    merge: (a, b) => `${a}+${b}`,
    process: async (key, request) => {
      await options.gate?.(key);
      done.push(`${key}:${request}`);
    },
    ready: (key) => !options.busy?.has(key),
    concurrency: options.concurrency ?? 10,
    limit: options.limit ?? 10,
    onError: (key, error) => errors.push(`${key}:${(error as Error).message}`),
  });
  return { queue, done, errors };
}

describe('the push queue', () => {
  it('goes first in, first out, and merges what waits', async () => {
    const { queue, done } = harness();
    queue.enqueue('a', '1');
    queue.enqueue('b', '1');
    queue.enqueue('a', '2');
    await queue.whenIdle();
    expect(done).toEqual(['a:1+2', 'b:1']);
    expect(queue.merged).toBe(1);
  });

  it('never pushes to one client twice at once: what comes meanwhile is one follow-up', async () => {
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const { queue, done } = harness({ gate: () => (started.resolve(), gate.promise) });
    queue.enqueue('a', '1');
    await started.promise;
    queue.enqueue('a', '2');
    queue.enqueue('a', '3');
    gate.resolve();
    await queue.whenIdle();
    expect(done).toEqual(['a:1', 'a:2+3']);
  });

  it('keeps to its concurrency', async () => {
    let running = 0;
    let most = 0;
    const { queue } = harness({
      concurrency: 2,
      gate: async () => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        running--;
      },
    });
    for (const key of 'abcdef') queue.enqueue(key, '1');
    await queue.whenIdle();
    expect(most).toBe(2);
  });

  it('holds back a client that takes nothing, without holding up others', async () => {
    const busy = new Set(['slow']);
    const { queue, done } = harness({ busy, concurrency: 1 });
    queue.enqueue('slow', '1');
    queue.enqueue('fast', '1');
    await queue.whenIdle();
    queue.enqueue('slow', '2');
    expect(done).toEqual(['fast:1']);
    expect(queue.held).toBe(1);
    busy.clear();
    queue.resume('slow');
    await queue.whenIdle();
    expect(done).toEqual(['fast:1', 'slow:1+2']);
  });

  it('refuses what is over its limit, and counts it', async () => {
    const { queue, done } = harness({ limit: 1 });
    expect(queue.enqueue('a', '1')).toBe(true);
    expect(queue.enqueue('b', '1')).toBe(false);
    await queue.whenIdle();
    expect(done).toEqual(['a:1']);
    expect(queue.refused).toBe(1);
  });

  it('survives a push that fails', async () => {
    const { queue, done, errors } = harness({ gate: (key) => (key === 'a' ? Promise.reject(new Error('no')) : undefined) });
    queue.enqueue('a', '1');
    queue.enqueue('b', '1');
    await queue.whenIdle();
    expect(errors).toEqual(['a:no']);
    expect(done).toEqual(['b:1']);
  });
});
