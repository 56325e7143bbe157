import { describe, expect, it } from 'vitest';
import { Throttler, type ThrottlerOptions } from './throttler.js';

const none: ThrottlerOptions = { mode: 'enforce', maxRequestsPerSecond: 0, burstSize: 0, averageLatencyThresholdMs: 0, latencySampleHalflifeMs: 1000, latencyEnforcementThreshold: 0 };

function throttler(options: Partial<ThrottlerOptions>) {
  const logs: string[] = [];
  return { logs, throttler: new Throttler({ ...none, ...options }, (message) => logs.push(message)) };
}

describe('load shedding by rate', () => {
  it('refuses what is over the burst until the rate has filled it again', () => {
    const { throttler: limit } = throttler({ maxRequestsPerSecond: 10, burstSize: 5 });
    expect([limit.throttle(3, 0), limit.throttle(3, 0), limit.throttle(2, 0), limit.throttle(1, 50), limit.throttle(1, 100)]).toEqual([false, true, false, true, false]);
    expect([limit.throttled, limit.shedCost]).toEqual([2, 4]);
  });

  it('refuses all without burst', () => {
    expect(throttler({ maxRequestsPerSecond: 10 }).throttler.throttle(1, 0)).toBe(true);
  });

  it('only says so with logonly, and does nothing when disabled', () => {
    const { throttler: talking, logs } = throttler({ mode: 'logonly', maxRequestsPerSecond: 10 });
    expect(talking.throttle(1, 0)).toBe(false);
    expect(logs).toEqual(['would have throttled by RateLimit: more than 10 requests per second']);
    expect(throttler({ mode: 'disabled', maxRequestsPerSecond: 10 }).throttler.active).toBe(false);
  });
});

describe('load shedding by latency', () => {
  it('refuses while the mean response time is over its limit', () => {
    const { throttler: limit } = throttler({ averageLatencyThresholdMs: 100 });
    limit.sample(50, 0);
    expect(limit.throttle(1, 0)).toBe(false);
    limit.sample(500, 1000);
    expect(limit.throttle(1, 1000)).toBe(true);
    limit.sample(1, 4000);
    expect(limit.throttle(1, 4000)).toBe(false);
  });

  it('never refuses the first requests of a second', () => {
    const { throttler: limit } = throttler({ averageLatencyThresholdMs: 100, latencyEnforcementThreshold: 2 });
    limit.sample(500, 0);
    expect([limit.throttle(1, 0), limit.throttle(1, 0), limit.throttle(1, 0)]).toEqual([false, false, true]);
  });
});
