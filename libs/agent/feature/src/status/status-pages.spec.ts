import { describe, expect, it } from 'vitest';
import { StatusPages } from './status-pages.js';

function make({ envoy = () => Promise.resolve('a 1\n'), ready = true } = {}) {
  const quits: number[] = [];
  const probe = { current: { ready: true as const, cds: '', lds: '' } };
  const pages = new StatusPages({ admin: { get: envoy }, probe, metrics: () => Promise.resolve('b 2\n'), ready: () => ready, quit: () => void quits.push(1) });
  return { pages, quits };
}

describe('status pages', () => {
  it.each([[true, 200], [false, 503]])('ready %s is %d without a body', (ready, status) => expect(make({ ready }).pages.ready()).toMatchObject({ status, body: '' }));

  it.each([
    ['both', () => Promise.resolve('a 1\n'), 'a 1\nb 2\n'],
    ["the agent's when Envoy is away", () => Promise.reject(new Error('away')), 'b 2\n'],
    ['both on lines of their own', () => Promise.resolve('a 1'), 'a 1\nb 2\n'],
  ])('statistics: %s', async (_, envoy, body) => expect((await make({ envoy }).pages.stats()).body).toBe(body));

  it.each([
    ['POST', '127.0.0.1', 200], ['POST', '::1', 200], ['POST', '::ffff:127.0.0.1', 200], ['GET', '127.0.0.1', 405], ['POST', '10.0.0.1', 403], ['POST', undefined, 403],
  ])('quit by %s from %s is %d', (method, address, status) => {
    const { pages, quits } = make();
    expect(pages.quit(method, address).status).toBe(status);
    expect(quits).toHaveLength(status === 200 ? 1 : 0);
  });
});
