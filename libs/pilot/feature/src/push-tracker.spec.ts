import { describe, expect, it } from 'vitest';
import { PushTracker, type FinishedPush } from './push-tracker.js';

function harness(limit?: number) {
  let now = 0;
  const finished: FinishedPush[] = [];
  const tracker = new PushTracker({ finished: (push) => finished.push(push), now: () => now, ...(limit === undefined ? {} : { limit }) });
  return { tracker, finished, at: (ms: number) => (now = ms) };
}

describe('the push tracker', () => {
  it('finishes a push when all its clients have answered', () => {
    const { tracker, finished, at } = harness();
    tracker.start({ version: '1', full: true }, ['a', 'b']);
    tracker.sent('a');
    tracker.sent('b');
    tracker.settled('a');
    expect(finished).toEqual([]);
    at(30);
    tracker.rejected('b');
    tracker.settled('b');
    expect(finished).toEqual([{ version: '1', full: true, proxies: 2, rejected: ['b'], durationMs: 30 }]);
  });

  it('does not take an answer to an earlier push for one to a push that was not sent yet', () => {
    const { tracker, finished } = harness();
    tracker.start({ version: '1', full: true }, ['a']);
    tracker.settled('a');
    expect(tracker.pending).toEqual(['1']);
    tracker.sent('a');
    tracker.settled('a');
    expect(finished.length).toBe(1);
  });

  it('finishes all open pushes of a client at once, for they are merged', () => {
    const { tracker, finished } = harness();
    tracker.start({ version: '1', full: false }, ['a']);
    tracker.start({ version: '2', full: true }, ['a']);
    tracker.sent('a');
    tracker.settled('a');
    expect(finished.map(({ version }) => version)).toEqual(['1', '2']);
  });

  it('does not wait for a client that is gone, nor for nobody', () => {
    const { tracker, finished } = harness();
    tracker.start({ version: '1', full: true }, ['a']);
    tracker.gone('a');
    tracker.start({ version: '2', full: true }, []);
    expect(finished.map(({ version }) => version)).toEqual(['1', '2']);
  });

  it('forgets the oldest beyond its limit, and counts it', () => {
    const { tracker } = harness(2);
    for (const version of ['1', '2', '3']) tracker.start({ version, full: true }, ['a']);
    expect(tracker.pending).toEqual(['2', '3']);
    expect(tracker.forgotten).toBe(1);
  });
});
