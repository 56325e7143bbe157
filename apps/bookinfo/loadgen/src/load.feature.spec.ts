import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runLoad, type LoadOptions } from './load.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function load(handle: RequestListener, change: Partial<LoadOptions> = {}): ReturnType<typeof runLoad> {
  server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/productpage`);
  return runLoad({ url, rate: 200, durationMs: undefined, connections: 4, headers: {}, timeoutMs: 1000, signal: new AbortController().signal, ...change });
}

/** Ends the load after so many requests, so that the counts are exact. */
function stopAfter(requests: number): { signal: AbortSignal; seen: () => void } {
  const stop = new AbortController();
  let count = 0;
  return { signal: stop.signal, seen: () => void (++count === requests && stop.abort()) };
}

describe('runLoad', () => {
  it('sends on schedule and waits for what is under way', async () => {
    const { signal, seen } = stopAfter(20);
    const result = await load((_, outgoing) => (seen(), outgoing.end('ok')), { signal });
    expect(result).toMatchObject({ shed: 0, errors: {}, statuses: { 200: result.sent } });
    expect(result.sent).toBeGreaterThanOrEqual(20);
    expect(result.elapsedMs).toBeGreaterThan(19 * 5 - 1);
    expect(result.latency.count).toBe(result.sent);
  });

  it('goes on while answers are slow', async () => {
    const { signal, seen } = stopAfter(8);
    const held: (() => void)[] = [];
    const result = await load(
      (_, outgoing) => {
        seen();
        held.push(() => outgoing.end('late'));
        if (held.length === 8) for (const release of held) release();
      },
      { signal, connections: 8 },
    );
    expect(result.statuses).toEqual({ 200: 8 });
  });

  it('counts statuses and errors', async () => {
    const { signal, seen } = stopAfter(4);
    let count = 0;
    const result = await load(
      (incoming, outgoing) => {
        seen();
        if (++count === 2) incoming.socket.destroy();
        else outgoing.writeHead(count === 3 ? 403 : 200).end();
      },
      { signal, connections: 1, rate: 'max' },
    );
    expect(result).toMatchObject({ sent: 4, statuses: { 200: 2, 403: 1 }, errors: { ECONNRESET: 1 } });
  });

  it('with rate max keeps each connection busy', async () => {
    const { signal, seen } = stopAfter(50);
    const result = await load((_, outgoing) => (seen(), outgoing.end()), { signal, rate: 'max', connections: 3 });
    expect(result.sent).toBeGreaterThanOrEqual(50);
    expect(result.sent).toBeLessThanOrEqual(52);
  });

  it('sends its headers', async () => {
    const { signal, seen } = stopAfter(1);
    const hosts: unknown[] = [];
    await load((incoming, outgoing) => (seen(), hosts.push(incoming.headers.host), outgoing.end()), { signal, rate: 'max', connections: 1, headers: { host: 'bookinfo' } });
    expect(hosts).toEqual(['bookinfo']);
  });
});
