import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.js';

describe('parseOptions', () => {
  it('is gentle by default', () => {
    expect(parseOptions([])).toMatchObject({ rate: 2, durationMs: undefined, connections: 8, headers: {}, timeoutMs: 10_000, json: false });
    expect(parseOptions([])?.url.href).toBe('http://127.0.0.1:8080/productpage');
  });

  it('takes all flags', () => {
    const args = ['--url', 'http://127.77.1.1:8080/', '--rate', 'max', '--duration', '1.5', '--connections', '2', '--header', 'Host: a', '--header', 'x-b: c: d', '--json'];
    expect(parseOptions(args)).toMatchObject({ rate: 'max', durationMs: 1500, connections: 2, headers: { Host: 'a', 'x-b': 'c: d' }, json: true });
  });

  it('asks for help', () => {
    expect(parseOptions(['--help'])).toBeUndefined();
  });

  it.each([
    [['--rate', '0'], '--rate'],
    [['--duration', 'x'], '--duration'],
    [['--url', 'https://a'], '--url'],
    [['--header', 'nothing'], '--header'],
  ])('refuses %j', (args, flag) => {
    expect(() => parseOptions(args)).toThrow(flag);
  });
});
