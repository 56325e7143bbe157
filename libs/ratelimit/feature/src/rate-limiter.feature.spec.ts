import { Client, credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { RateLimitRequest, RateLimitResponse_Code as Code, RateLimitServiceService, type RateLimitResponse } from '@quartet/api/envoy/service/ratelimit/v3/rls';
import { ensureBinary } from '@quartet/binaries';
import { Loggers, Monitoring, parseOptions } from '@quartet/nest-kit';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RateLimiter, rateLimitOptions } from './index.js';

const settled = <T>(assertion: () => T | Promise<T>): Promise<T> => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });
const limits = (requests: number) => `domain: shop\ndescriptors:\n  - key: user\n    rateLimit: { unit: hour, requestsPerUnit: ${requests} }\n  - key: tried\n    shadowMode: true\n    rateLimit: { unit: hour, requestsPerUnit: 0 }\n`;

let dir: string;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ratelimit-'));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  await put(limits(3));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const put = (text: string) => writeFile(join(dir, 'limits.yaml'), text);

const RateLimitClient = makeGenericClientConstructor(RateLimitServiceService, 'RateLimitService');
type Call = (request: RateLimitRequest, callback: (error: ServiceError | null, response: RateLimitResponse) => void) => void;

async function open(...flags: string[]) {
  const { options } = parseOptions({ name: 'ratelimit', description: '' }, rateLimitOptions, { argv: ['--address', '127.0.0.1:0', '--limits', dir, ...flags], env: {} });
  const monitoring = new Monitoring('ratelimit', 'test');
  const limiter = new RateLimiter(options, { loggers: new Loggers('default:error'), monitoring });
  await limiter.start();
  cleanups.push(() => limiter.close());
  const client = new RateLimitClient(`127.0.0.1:${limiter.port}`, credentials.createInsecure());
  cleanups.push(() => (client as Client).close());
  const ask = (request: object) =>
    new Promise<RateLimitResponse>((resolve, reject) => (client as unknown as { shouldRateLimit: Call }).shouldRateLimit(RateLimitRequest.fromJSON(request), (error, answer) => (error ? reject(error) : resolve(answer))));
  const hit = (value: string, more: { hitsAddend?: number; key?: string } = {}) => ask({ domain: 'shop', hitsAddend: more.hitsAddend ?? 0, descriptors: [{ entries: [{ key: more.key ?? 'user', value }] }] });
  return { limiter, monitoring, ask, hit };
}

const codes = (answers: readonly RateLimitResponse[]) => answers.map(({ overallCode }) => overallCode);
const times = (count: number, call: () => Promise<RateLimitResponse>) => Promise.all(Array.from({ length: count }, call));

describe('counters in the process', () => {
  test('each value of a key has its own limit, and statuses say what is left', async () => {
    const { hit } = await open();
    expect(codes(await times(5, () => hit('a'))).sort()).toEqual([Code.OK, Code.OK, Code.OK, Code.OVER_LIMIT, Code.OVER_LIMIT]);
    const { overallCode, statuses } = await hit('b', { hitsAddend: 2 });
    expect(overallCode).toBe(Code.OK);
    expect(statuses).toMatchObject([{ code: Code.OK, limitRemaining: 1, currentLimit: { name: 'shop.user', requestsPerUnit: 3, unit: 3 } }]);
    expect(statuses[0]?.durationUntilReset?.seconds).toBeGreaterThan(3_590);
  });

  test('a shadowed limit and an unlimited descriptor refuse nothing; one limited descriptor refuses the request', async () => {
    const { ask, hit, monitoring } = await open();
    expect((await hit('x', { key: 'tried' })).overallCode).toBe(Code.OK);
    const entries = (key: string) => ({ entries: [{ key, value: 'x' }] });
    const both = await ask({ domain: 'shop', hitsAddend: 4, descriptors: [entries('other'), entries('user')] });
    expect(both.overallCode).toBe(Code.OVER_LIMIT);
    expect(both.statuses.map(({ code }) => code)).toEqual([Code.OK, Code.OVER_LIMIT]);
    const text = await monitoring.registry.metrics();
    expect(text).toContain('quartet_ratelimit_limit_hits_total{limit="shop.tried",outcome="shadow_over_limit"} 1');
    expect(text).toContain('quartet_ratelimit_limit_hits_total{limit="shop.user",outcome="over_limit"} 4');
  });

  test.each([
    [{ descriptors: [{ entries: [{ key: 'a', value: 'b' }] }] }, 'domain is empty'],
    [{ domain: 'shop' }, 'descriptors are empty'],
    [{ domain: 'shop', descriptors: [{}] }, 'a descriptor has no entries'],
  ])('a request without its parts is INVALID_ARGUMENT: %j', async (request, details) => {
    const { ask } = await open();
    await expect(ask(request)).rejects.toMatchObject({ code: 3, details });
  });

  test('changed limits hold for the next request; bad ones leave the last good ones and show in readiness', async () => {
    const { hit, monitoring, limiter } = await open();
    await times(3, () => hit('a'));
    await put(limits(5));
    await settled(async () => expect((await hit('probe')).statuses[0]?.currentLimit?.requestsPerUnit).toBe(5));
    expect(codes(await times(3, () => hit('a'))).sort()).toEqual([Code.OK, Code.OK, Code.OVER_LIMIT]);
    await put('domain: [');
    await settled(() => expect(limiter.files.problem).toContain('limits.yaml: '));
    expect(monitoring.readiness.report().ready).toBe(false);
    expect((await hit('probe2')).statuses[0]?.currentLimit?.requestsPerUnit).toBe(5);
  });

  test('bad limits at the start are told with file, field and reason', async () => {
    await put('domain: shop\ndescriptors: [{key: a, rateLimit: {unit: week, requestsPerUnit: 1}}]');
    await expect(open()).rejects.toThrow(/limits\.yaml: descriptors\[0\]\.rateLimit: unit "week"/);
  });
});

describe('counters in Redis', () => {
  let binary: string;
  let redis: ChildProcess | undefined;
  let socket: string;
  beforeAll(async () => {
    binary = await ensureBinary('redis-server');
  }, 60_000);
  beforeEach(() => {
    socket = join(dir, 'redis.sock');
    startRedis();
  });
  afterEach(() => stopRedis());
  afterAll(() => stopRedis());

  function startRedis(): void {
    redis = spawn(binary, ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', dir], { stdio: 'ignore' });
  }
  async function stopRedis(): Promise<void> {
    const ended = redis && redis.exitCode === null && redis.signalCode === null ? new Promise((resolve) => redis?.once('exit', resolve)) : undefined;
    redis?.kill('SIGKILL');
    await ended;
    redis = undefined;
  }
  const connected = ({ monitoring }: { monitoring: Monitoring }) => settled(() => expect(monitoring.readiness.report()).toMatchObject({ ready: true }));

  test('two instances share the counters: together they grant the limit, under concurrency', async () => {
    const [one, two] = [await open('--redis-url', socket), await open('--redis-url', socket)];
    await Promise.all([connected(one), connected(two)]);
    const answers = await Promise.all([times(20, () => one.hit('a')), times(20, () => two.hit('a'))]);
    expect(codes(answers.flat()).filter((code) => code === Code.OK)).toHaveLength(3);
    const { statuses } = await two.hit('a');
    expect(statuses[0]).toMatchObject({ code: Code.OVER_LIMIT, limitRemaining: 0 });
    expect(statuses[0]?.durationUntilReset?.seconds).toBeGreaterThan(3_590);
  });

  test('a window of Redis ends', async () => {
    await put('domain: shop\ndescriptors: [{key: user, rateLimit: {window: 200ms, requestsPerUnit: 1}}]');
    const limiter = await open('--redis-url', socket);
    await connected(limiter);
    expect(codes([await limiter.hit('a'), await limiter.hit('a')])).toEqual([Code.OK, Code.OVER_LIMIT]);
    await settled(async () => expect((await limiter.hit('a')).overallCode).toBe(Code.OK));
  });

  test.each([['open', Code.OK], ['closed', Code.OVER_LIMIT]] as const)('without Redis, failing %s; with it again, counting goes on', async (mode, code) => {
    const limiter = await open('--redis-url', socket, '--failure-mode', mode);
    await connected(limiter);
    await stopRedis();
    await settled(() => expect(limiter.monitoring.readiness.report().checks).toMatchObject({ redis: 'not connected' }));
    expect(codes(await times(5, () => limiter.hit('a')))).toEqual(Array(5).fill(code));
    expect((await limiter.hit('x', { key: 'tried' })).overallCode).toBe(Code.OK);
    expect(await limiter.monitoring.registry.metrics()).toContain('quartet_ratelimit_failures_total{reason="redis"} 6');
    startRedis();
    await connected(limiter);
    expect(codes(await times(5, () => limiter.hit('a'))).sort()).toEqual([Code.OK, Code.OK, Code.OK, Code.OVER_LIMIT, Code.OVER_LIMIT]);
  });
});
