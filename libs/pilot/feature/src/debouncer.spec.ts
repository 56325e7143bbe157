import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Debouncer } from './debouncer.js';

describe('the debouncer', () => {
  const fired: { at: number; item: string }[] = [];
  let debouncer: Debouncer<string>;
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    fired.length = 0;
    debouncer = new Debouncer({ quietMs: 100, maxMs: 1000, merge: (a, b) => a + b, fire: (item) => fired.push({ at: Date.now(), item }) });
  });
  afterEach(() => {
    debouncer.close();
    vi.useRealTimers();
  });

  const every = (ms: number, times: number) => {
    for (let i = 0; i < times; i++) {
      debouncer.add('x');
      vi.advanceTimersByTime(ms);
    }
  };

  it('fires what came alone after the quiet time', () => {
    debouncer.add('a');
    vi.advanceTimersByTime(99);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([{ at: 100, item: 'a' }]);
  });

  it('joins a burst and waits for its end', () => {
    every(60, 3);
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual([{ at: 220, item: 'xxx' }]);
    expect(debouncer.merged).toBe(2);
  });

  it('does not wait for ever', () => {
    every(50, 40);
    expect(fired.map(({ at }) => at)).toEqual([1000, 2000]);
  });

  it('fires at once when it is flushed, and then not again', () => {
    debouncer.add('a');
    debouncer.flush();
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual([{ at: 0, item: 'a' }]);
  });

  it('takes new times while it runs', () => {
    debouncer.setTimes({ quietMs: 10, maxMs: 20 });
    debouncer.add('a');
    vi.advanceTimersByTime(10);
    expect(fired).toEqual([{ at: 10, item: 'a' }]);
  });
});
