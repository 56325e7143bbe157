import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until `settled` holds for the answer; resolves with it and the milliseconds it took.
 * @throws after `timeoutMs` with the last answer (or error), so that a failure says what was seen instead.
 */
export async function eventually<T>(ask: () => Promise<T>, settled: (answer: T) => boolean, { timeoutMs = 10_000, intervalMs = 50 } = {}): Promise<{ answer: T; tookMs: number }> {
  const started = Date.now();
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (settled(answer)) return { answer, tookMs: Date.now() - started };
      last = answer;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    if (Date.now() - started > timeoutMs) throw new Error(`not settled after ${timeoutMs} ms; last seen: ${typeof last === 'string' ? last : JSON.stringify(last)}`);
    await delay(intervalMs);
  }
}
