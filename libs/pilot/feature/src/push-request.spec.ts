import { describe, expect, it } from 'vitest';
import { mergePushRequests, type PushRequest } from './push-request.js';

const request = (more: Partial<PushRequest>): PushRequest =>
  ({ full: false, collections: new Set(), hostnames: new Set(), ips: new Set(), version: '1', changedAt: 5, queuedAt: 6, ...more });

describe('merging push requests', () => {
  it('unites endpoint changes', () => {
    const merged = mergePushRequests(request({ hostnames: new Set(['a']), collections: new Set(['s']) }), request({ hostnames: new Set(['b']), ips: new Set(['1']), collections: new Set(['s']), version: '2', changedAt: 9 }));
    expect(merged).toEqual(request({ hostnames: new Set(['a', 'b']), ips: new Set(['1']), collections: new Set(['s']), version: '2' }));
  });

  it('is full if one of them is', () => {
    expect(mergePushRequests(request({}), request({ full: true, collections: new Set(['x']) }))).toMatchObject({ full: true, collections: new Set(['x']) });
  });

  it('concerns everything if one of them does', () => {
    const everything = request({ full: true });
    const some = request({ full: true, collections: new Set(['x']) });
    expect(mergePushRequests(everything, some).collections.size).toBe(0);
    expect(mergePushRequests(some, everything).collections.size).toBe(0);
  });
});
