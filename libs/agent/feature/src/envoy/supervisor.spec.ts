import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EnvoyExit } from './envoy-process.js';
import { EnvoySupervisor } from './supervisor.js';

class FakeEnvoy {
  readonly signals: string[] = [];
  end!: (exit: EnvoyExit) => void;
  readonly exited = new Promise<EnvoyExit>((resolve) => (this.end = resolve));
  constructor(readonly pid: number, private readonly obeys = true) {}

  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    if (signal === 'SIGKILL' || this.obeys) this.end({ code: null, signal });
  }
}

function make({ obeys = true, connections = [0] }: { obeys?: boolean; connections?: number[] } = {}) {
  const started: FakeEnvoy[] = [];
  const events: string[] = [];
  const left = [...connections];
  const supervisor = new EnvoySupervisor({
    start: () => {
      started.push(new FakeEnvoy(started.length + 1, obeys));
      return Promise.resolve(started.at(-1)!);
    },
    admin: {
      post: (path) => Promise.resolve(void events.push(path)).then(() => ''),
      get: () => Promise.resolve(`server.total_connections: ${left.length > 1 ? left.shift() : left[0]}\n`),
    },
    maxRestarts: 3,
    drainMs: 2_000,
    now: Date.now,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    onExit: (reason) => events.push(reason),
    onGiveUp: (reason) => events.push(`gave up: ${reason}`),
  });
  return { supervisor, started, events };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('EnvoySupervisor', () => {
  it('starts Envoy again with growing waits and gives up', async () => {
    const { supervisor, started, events } = make();
    await supervisor.start();
    for (const delay of [200, 400, 800]) {
      started.at(-1)!.end({ code: 1, signal: null });
      await vi.advanceTimersByTimeAsync(delay - 1);
      const before = started.length;
      await vi.advanceTimersByTimeAsync(1);
      expect(started.length).toBe(before + 1);
    }
    started.at(-1)!.end({ code: 1, signal: null });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toHaveLength(4);
    expect(supervisor.restarts).toBe(3);
    expect(events.at(-1)).toBe('gave up: Envoy ended with status 1, 4 times in a row');
  });

  it('forgives after a good run', async () => {
    const { supervisor, started, events } = make();
    await supervisor.start();
    for (let i = 0; i < 6; i++) {
      await vi.advanceTimersByTimeAsync(60_000);
      started.at(-1)!.end({ code: null, signal: 'SIGKILL' });
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(started).toHaveLength(7);
    expect(events).toContain('Envoy ended by SIGKILL (out of memory?)');
  });

  it('gives up at once on a binary that is not there', async () => {
    const { supervisor, started, events } = make();
    await supervisor.start();
    started[0]!.end({ code: null, signal: null, error: new Error('spawn /x ENOENT') });
    await vi.advanceTimersByTimeAsync(1);
    expect(events.at(-1)).toBe("gave up: Envoy can't be started: spawn /x ENOENT");
  });

  it('drains until the connections are gone, then ends Envoy, and starts none again', async () => {
    const { supervisor, started, events } = make({ connections: [2, 1, 0] });
    await supervisor.start();
    const stopped = supervisor.stop();
    await vi.advanceTimersByTimeAsync(150);
    expect(started[0]!.signals).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    await stopped;
    expect(started[0]!.signals).toEqual(['SIGTERM']);
    expect(events[0]).toBe('/drain_listeners?graceful');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toHaveLength(1);
  });

  it('waits for no more than the drain duration, and insists', async () => {
    const { supervisor, started } = make({ connections: [5], obeys: false });
    await supervisor.start();
    const stopped = supervisor.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(started[0]!.signals).toEqual(['SIGTERM']);
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    expect(started[0]!.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });
});
