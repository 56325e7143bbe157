import { describe, expect, it } from 'vitest';
import { readFeatures } from './pilot-features.js';

describe("Istio's PILOT_* variables", () => {
  it('are left to the defaults where they are not set', () => {
    expect(readFeatures({ PILOT_HTTP10: '', OTHER: '1' })).toEqual({});
  });

  it.each([
    [{ PILOT_HTTP10: 'true' }, { http10: true }],
    [{ PILOT_ENABLE_FALLTHROUGH_ROUTE: '0' }, { fallthroughRoute: false }],
    [{ PILOT_INBOUND_PROTOCOL_DETECTION_TIMEOUT: '250ms' }, { inboundDetectionTimeoutMs: 250 }],
    [{ PILOT_TRACE_SAMPLING: '1.5' }, { traceSampling: 1.5 }],
    [{ PILOT_TRACE_SAMPLING: '101' }, { traceSampling: 100 }],
  ])('%j', (env, expected) => {
    expect(readFeatures(env)).toEqual(expected);
  });

  it('are named when they can\'t be used', () => {
    expect(() => readFeatures({ PILOT_HTTP10: 'maybe' })).toThrow('environment PILOT_HTTP10: expected true or false, got "maybe"');
  });
});
