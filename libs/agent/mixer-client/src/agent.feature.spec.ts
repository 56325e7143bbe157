import { Client, credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CheckRequest as AuthzCheckRequest, CheckResponse } from '@quartet/api/envoy/service/auth/v3/external_auth';
import { AccessLogType } from '@quartet/api/envoy/data/accesslog/v3/accesslog';
import { QuotaSpec } from '@quartet/api/istio/mixer/v1/config/client/quota';
import { createMixerAgent, type MixerAgent } from './agent.js';
import { decodeAttributes, encodeForwarded } from './attributes/forwarded.js';
import { systemClock } from './clock.js';
import type { MixerAgentLimits } from './options.js';
import type { MixerAgentStats } from './statistics.js';
import { answer, EXACT, quotaResult, type Match } from './testdata/answers.js';
import { httpCheckRequest, tcpCheckRequest, type HttpCheckParts } from './testdata/authz-requests.js';
import { httpEntry, httpMessage, streamIdentifier, tcpEntry, tcpMessage } from './testdata/log-entries.js';
import { ScriptedMixer } from './testdata/scripted-mixer.js';
import { ProtoWriter } from './wire/proto-writer.js';

const identity = (bytes: Buffer): Buffer => bytes;
const byPath: Match[] = [[EXACT, 'request.path']];
const failClose = { 'mixer.network_fail_policy': 'FAIL_CLOSE' };
const logged: string[] = [];
const log = { info: (_fields: object, message: string) => void logged.push(message), warn: (_fields: object, message: string) => void logged.push(message) };

/** Stands for Envoy: one connection to the agent's Unix socket. */
class FakeEnvoy {
  private readonly client: Client;

  constructor(socket: string) {
    this.client = new Client(`unix:${socket}`, credentials.createInsecure());
  }

  check(request: AuthzCheckRequest, metadata: Record<string, string> = {}): Promise<CheckResponse> {
    return this.checkBytes(Buffer.from(AuthzCheckRequest.encode(request).finish()), metadata);
  }

  checkBytes(bytes: Buffer, headers: Record<string, string> = {}, onCall: (cancel: () => void) => void = () => undefined): Promise<CheckResponse> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve, reject) => {
      const call = this.client.makeUnaryRequest('/envoy.service.auth.v3.Authorization/Check', identity, identity, bytes, metadata, (error, response) => {
        if (error) reject(error);
        else resolve(CheckResponse.decode(response!));
      });
      onCall(() => call.cancel());
    });
  }

  /** Streams the messages and resolves when the agent has read them all. */
  logs(...messages: Buffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = this.client.makeClientStreamRequest('/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs', identity, identity, (error) => (error ? reject(error) : resolve()));
      call.write(streamIdentifier());
      for (const message of messages) call.write(message);
      call.end();
    });
  }

  close(): void {
    this.client.close();
  }
}

let mixer: ScriptedMixer;
let agent: MixerAgent;
let server: Server;
let envoy: FakeEnvoy;
let folder: string;

async function startAgent(limits: Partial<MixerAgentLimits> = {}, address = mixer.address): Promise<void> {
  agent = createMixerAgent({
    checkAddress: address, reportAddress: address, node: { id: 'sidecar~127.77.1.1~pod1.ns1~ns1.svc.cluster.local' }, clock: systemClock, log,
    limits: { reportBatchMaxTimeMs: 20, ...limits },
  });
  server = new Server();
  agent.addServices(server);
  const socket = join(folder, 'agent.sock');
  await new Promise<void>((resolve, reject) => server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())));
  envoy = new FakeEnvoy(socket);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quartet-mixer-client-'));
  mixer = await new ScriptedMixer().start();
  mixer.onCheck = () => uncached();
  logged.length = 0;
});

afterEach(async () => {
  envoy.close();
  server.forceShutdown();
  await agent.close();
  mixer.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Mixer answers, but nothing of it may be kept. */
const uncached = (parts: Parameters<typeof answer>[0] = {}): ReturnType<typeof answer> => answer({ useCount: 0, ...parts });
const settled = (stats: Partial<MixerAgentStats>): Promise<void> => vi.waitFor(() => expect(agent.stats()).toMatchObject(stats), { interval: 2, timeout: 20_000 });
const check = (parts: Partial<HttpCheckParts> = {}): Promise<CheckResponse> => envoy.check(httpCheckRequest({ extensions: {}, ...parts }));

describe('HTTP checks', () => {
  it('ask Mixer once and then the cache', async () => {
    await startAgent();
    mixer.onCheck = (_request, attributes) => answer({ matches: byPath, code: attributes.get('request.path') === '/denied' ? 7 : 0, message: 'handler.ns:no' });
    expect(await check()).toMatchObject({ status: { code: 0 }, dynamicMetadata: { check_cache_hit: false } });
    expect(await check()).toMatchObject({ status: { code: 0 }, dynamicMetadata: { check_cache_hit: true } });
    for (const hit of [false, true]) {
      expect(await check({ path: '/denied' })).toMatchObject({ status: { code: 7 }, deniedResponse: { status: { code: 403 }, body: 'PERMISSION_DENIED:handler.ns:no' }, dynamicMetadata: { check_cache_hit: hit, check_error_code: 7 } });
    }
    expect(mixer.checks).toHaveLength(2);
    expect(agent.stats()).toMatchObject({ total_check_calls: 4, total_check_cache_hits: 2, total_check_cache_hit_denies: 1 });
  });

  it.each(['check', 'report'])('ask again when a %s tells that Mixer has another configuration', async (told) => {
    await startAgent();
    mixer.configVersion = '1';
    mixer.onCheck = () => answer({ matches: byPath });
    await check();
    await envoy.logs(httpMessage(httpEntry()));
    await settled({ report_entries_delivered: 1, check_cache_resets: 0 });
    mixer.configVersion = '2';
    mixer.onCheck = () => answer({ matches: byPath, code: 7 });
    if (told === 'check') await check({ path: '/other' });
    else await envoy.logs(httpMessage(httpEntry()));
    await settled({ check_cache_resets: 1 });
    expect(await check()).toMatchObject({ status: { code: 7 } });
  });

  it('name the proxy to Mixer', async () => {
    await startAgent();
    await check();
    const [forwarded, host] = mixer.metadata;
    expect(Object.fromEntries(decodeAttributes(forwarded!))).toEqual({ 'source.uid': 'kubernetes://pod1.ns1' });
    expect(host).toBe('mixer');
  });

  it('go on or stop while Mixer is dead, as the route says, and work again on its return', async () => {
    await startAgent();
    await check();
    mixer.kill();
    expect(await check()).toMatchObject({ status: { code: 0 } });
    expect(await check({ extensions: failClose })).toMatchObject({ status: { code: 14 }, deniedResponse: { status: { code: 503 }, body: 'UNAVAILABLE:upstream connect error or disconnect/reset before headers. reset reason: connection failure' } });
    await mixer.start();
    const seen = mixer.checks.length;
    while (mixer.checks.length === seen) await check({ extensions: failClose });
    expect(await check({ extensions: failClose })).toMatchObject({ status: { code: 0 } });
    expect(logged).toEqual(['Mixer does not answer', 'Mixer answers again']);
  });

  it('retry as the route says', async () => {
    await startAgent();
    let failures = 2;
    mixer.onCheck = () => (failures-- > 0 ? Object.assign(new Error('busy'), { code: status.UNAVAILABLE }) : answer());
    const extensions = { ...failClose, 'mixer.max_retry': '2', 'mixer.base_retry_wait_ms': '1', 'mixer.max_retry_wait_ms': '2' };
    expect(await check({ extensions })).toMatchObject({ status: { code: 0 } });
    expect(new Set(mixer.checks.map(({ deduplicationId }) => deduplicationId)).size).toBe(1);
    expect(mixer.checks).toHaveLength(3);
  });

  it('end after the time limit', async () => {
    await startAgent({ rpcTimeoutMs: 50 });
    mixer.onCheck = () => undefined;
    expect(await check({ extensions: failClose })).toMatchObject({ status: { code: 14, message: 'upstream request timeout' }, deniedResponse: { status: { code: 503 } } });
    expect(agent.stats().total_remote_call_timeouts).toBe(1);
  });

  it('are given up when Envoy gives them up', async () => {
    await startAgent();
    mixer.onCheck = () => undefined;
    let cancel: () => void = () => undefined;
    const given = envoy.checkBytes(Buffer.from(AuthzCheckRequest.encode(httpCheckRequest({ extensions: {} })).finish()), {}, (stop) => (cancel = stop));
    await mixer.until(() => mixer.checks.length === 1);
    cancel();
    await expect(given).rejects.toMatchObject({ code: status.CANCELLED });
    mixer.onCheck = () => answer();
    await check();
    expect(agent.stats().total_remote_call_cancellations).toBe(1);
  });

  it('fall back to the base dictionary', async () => {
    await startAgent();
    mixer.onCheck = ({ globalWordCount }) => (globalWordCount > 111 ? Object.assign(new Error(), { code: status.INVALID_ARGUMENT, details: 'Request could not be processed due to invalid attributes' }) : uncached());
    await check();
    expect(await check({ extensions: failClose })).toMatchObject({ status: { code: 0 } });
    expect(mixer.checks.map(({ globalWordCount }) => globalWordCount)).toEqual([222, 111]);
  });

  it('prefetch quotas behind cached checks', async () => {
    await startAgent();
    let left = 4;
    mixer.onCheck = ({ quotas }) => {
      const granted = Math.min(left, quotas['rq']?.amount ?? 0);
      left -= granted;
      return answer({ matches: byPath, quotas: { rq: quotaResult(granted) } });
    };
    const writer = new ProtoWriter();
    writer.bytes(QuotaSpec.encode(QuotaSpec.fromPartial({ rules: [{ quotas: [{ quota: 'rq', charge: 1 }] }] })).finish());
    const extensions = { 'mixer.quota_spec': writer.finish().toString('base64') };
    await check({ extensions });
    await check({ extensions });
    while ((await check({ extensions })).status?.code === 0);
    expect(await check({ extensions })).toMatchObject({ status: { code: 8 }, deniedResponse: { status: { code: 429 }, body: 'RESOURCE_EXHAUSTED:Quota is exhausted for: rq' }, dynamicMetadata: { check_cache_hit: true, quota_cache_hit: true } });
    expect(mixer.checks.map(({ quotas }) => quotas)).toEqual([{ rq: { amount: 1, bestEffort: false } }, { rq: { amount: 10, bestEffort: true } }]);
    expect(left).toBe(0);
  });

  it('that cannot be read are an error of the call, not of the agent', async () => {
    await startAgent();
    await expect(envoy.checkBytes(Buffer.of(0x0a, 0xff))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(await check()).toMatchObject({ status: { code: 0 } });
    expect(agent.stats().malformed_messages).toBe(1);
  });
});

describe('TCP', () => {
  const metadata = { 'x-mixer-attributes': encodeForwarded({ 'context.reporter.kind': 'inbound', 'destination.uid': 'kubernetes://pod1.ns1' }), 'x-mixer-fail-policy': 'FAIL_CLOSE', 'x-mixer-connection-id': 'conn-1' };

  it('checks carry what Pilot sends along', async () => {
    await startAgent();
    let seen: Record<string, unknown> = {};
    mixer.onCheck = (_request, attributes) => ((seen = Object.fromEntries(attributes)), uncached({ code: 16 }));
    expect(await envoy.check(tcpCheckRequest(), metadata)).toMatchObject({ status: { code: 16 }, dynamicMetadata: { check_error_message: 'UNAUTHENTICATED' } });
    expect(seen).toMatchObject({ 'context.protocol': 'tcp', 'connection.id': 'conn-1', 'destination.uid': 'kubernetes://pod1.ns1', 'connection.mtls': false });
    mixer.kill();
    expect(await envoy.check(tcpCheckRequest(), metadata)).toMatchObject({ status: { code: 14 } });
  });

  it('connections are reported after their check', async () => {
    await startAgent();
    const tags = { 'mixer.check': 'true' };
    await envoy.logs(tcpMessage(tcpEntry(AccessLogType.TcpUpstreamConnected, { received: 0, sent: 0 }, { tags })));
    await envoy.check(tcpCheckRequest(), metadata);
    await envoy.logs(tcpMessage(tcpEntry(AccessLogType.TcpConnectionEnd, { received: 5, sent: 6 }, { tags })));
    await mixer.until(() => mixer.reports.length === 2);
    expect(mixer.reports.map((entry) => entry.get('connection.event'))).toEqual(['open', 'close']);
  });
});

describe('reports', () => {
  const requests = (from: number, count: number): Buffer => httpMessage(...Array.from({ length: count }, (_, i) => httpEntry({ request: { path: `/${from + i}` } })));
  const paths = (): number[] => mixer.reports.map((entry) => Number(String(entry.get('request.path')).slice(1))).sort((a, b) => a - b);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it('hold each log entry exactly once', async () => {
    await startAgent();
    await Promise.all([envoy.logs(requests(0, 250), requests(250, 1)), envoy.logs(requests(251, 99))]);
    await settled({ total_report_calls: 350, http_log_entries: 350, report_entries_delivered: 350, access_log_streams: 2 });
    expect(paths()).toEqual(range(0, 350));
  });

  it('of the time without Mixer are delivered on its return', async () => {
    await startAgent();
    await envoy.logs(requests(0, 10));
    await settled({ report_entries_delivered: 10 });
    mixer.kill();
    await envoy.logs(requests(10, 200));
    await mixer.start();
    await mixer.until(() => mixer.reports.length === 210);
    await envoy.logs(requests(210, 5));
    await settled({ report_entries_delivered: 215, report_entries_dropped: 0, report_entries_failed: 0, report_entries_buffered: 0 });
    expect(paths()).toEqual(range(0, 215));
  });

  it('of the time before Mixer are delivered when it comes, as far as there is room', async () => {
    mixer.kill();
    await startAgent({ reportBufferEntries: 100, reportBatchMaxEntries: 10 });
    await envoy.logs(requests(0, 300));
    expect(agent.stats()).toMatchObject({ report_entries_dropped: 200, report_entries_buffered: 100 });
    await mixer.start();
    await mixer.until(() => mixer.reports.length === 100);
    expect(paths()).toEqual(range(200, 300));
  });

  it('are not repeated when Mixer fails them', async () => {
    await startAgent({ reportBatchMaxEntries: 10 });
    let calls = 0;
    mixer.onReport = () => (++calls === 1 ? Object.assign(new Error('adapter'), { code: status.INTERNAL }) : undefined);
    await envoy.logs(requests(0, 20));
    await settled({ report_entries_delivered: 10, report_entries_failed: 10 });
    expect(calls).toBe(2);
  });

  it('are flushed by close', async () => {
    await startAgent({ reportBatchMaxTimeMs: 60_000 });
    await envoy.logs(requests(0, 7));
    await agent.close();
    expect(paths()).toEqual(range(0, 7));
  });

  it('find a new connection when the old one went silent', async () => {
    const accepted: object[] = [];
    const silent: NetServer = createServer((socket) => void (accepted.push(socket), socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address() as { port: number };
    await startAgent({ rpcTimeoutMs: 30 }, `127.0.0.1:${address.port}`);
    for (let i = 0; i < 4; i++) expect(await check()).toMatchObject({ status: { code: 0 } });
    expect(accepted.length).toBeGreaterThan(1);
    silent.close();
  });
});
