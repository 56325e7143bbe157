import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createMixerAgent, systemClock, type MixerAgent } from '@quartet/agent-mixer-client';
import { encodeForwarded } from '@quartet/agent-mixer-client/internal';
import { ensureBinary } from '@quartet/binaries';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addresses, envoyConfig } from './envoy-config.js';
import { RecordingMixer, type PlainAttributes } from './recording-mixer.js';

const folder = mkdtempSync(join(tmpdir(), 'quartet-mixer-agent-'));
const mixer = new RecordingMixer();
const seenByApplication: http.IncomingHttpHeaders[] = [];
const application = http.createServer((request, response) => {
  seenByApplication.push(request.headers);
  request.resume().on('end', () => response.setHeader('content-type', 'text/plain').end('hello'));
});
const echo = net.createServer((connection) => connection.on('error', () => undefined).pipe(connection));
let agent: MixerAgent;
let server: Server;
let envoy: ChildProcess;

beforeAll(async () => {
  await mixer.start();
  agent = createMixerAgent({
    checkAddress: mixer.address, reportAddress: mixer.address, node: { id: 'sidecar~127.77.250.1~pod1.ns1~ns1.svc.cluster.local' }, clock: systemClock,
    log: { info: () => undefined, warn: (fields, message) => console.warn(message, fields) }, limits: { reportBatchMaxTimeMs: 20 },
  });
  server = new Server();
  agent.addServices(server);
  const agentSocket = join(folder, 'agent.sock');
  await new Promise<void>((resolve, reject) => server.bindAsync(`unix:${agentSocket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())));
  const [httpPort, echoPort] = await Promise.all([application, echo].map(async (listening) => {
    await once(listening.listen(0, '127.0.0.1'), 'listening');
    return (listening.address() as AddressInfo).port;
  }));
  const forwarded = encodeForwarded({ 'source.uid': 'kubernetes://pod2.ns2', 'destination.service.host': 'svc.ns1.svc.cluster.local' });
  const tcpAttributes = encodeForwarded({ 'context.reporter.kind': 'inbound', 'destination.uid': 'kubernetes://pod1.ns1' });
  const file = join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify(envoyConfig({ agentSocket, httpPort: httpPort!, echoPort: echoPort!, forwarded, tcpAttributes })));
  envoy = spawn(await ensureBinary('envoy'), ['-c', file, '--concurrency', '1', '--use-dynamic-base-id', '-l', 'error'], { stdio: 'inherit' });
  await vi.waitFor(async () => expect((await fetch(`http://${addresses.inbound}:${addresses.adminPort}/ready`)).status).toBe(200), { timeout: 20_000, interval: 50 });
});

afterAll(async () => {
  envoy?.kill();
  server?.forceShutdown();
  await agent?.close();
  mixer.stop();
  application.close();
  application.closeAllConnections();
  echo.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Each test leaves when its reports have come: one for each request at each hop. */
beforeEach(() => {
  mixer.answer = () => ({});
  for (const kept of [mixer.checks, mixer.reports, seenByApplication]) kept.length = 0;
});

interface Response { readonly status: number; readonly body: string; readonly headers: http.IncomingHttpHeaders }

function request(options: http.RequestOptions & { readonly body?: string }): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const call = http.request({ host: addresses.outbound, port: addresses.httpPort, ...rest, headers: { host: 'svc:9080', ...rest.headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    call.on('error', reject).end(body);
  });
}

const reports = (count: number): Promise<void> => vi.waitFor(() => expect(mixer.reports).toHaveLength(count), { timeout: 10_000, interval: 20 });
const of = (list: readonly PlainAttributes[], kind: string): PlainAttributes => list.find((attributes) => attributes['context.reporter.kind'] === kind)!;
const inboundOnly = (answer: ReturnType<RecordingMixer['answer']>): void => {
  mixer.answer = (attributes) => (attributes['context.reporter.kind'] === 'inbound' ? answer : {});
};

const names = (attributes: PlainAttributes): string[] => Object.keys(attributes).sort();
const service = ['destination.service.host', 'destination.service.name', 'destination.service.namespace', 'destination.service.uid'];
const request14 = ['connection.mtls', 'origin.ip', 'context.protocol', 'context.proxy_version', 'context.reporter.kind', 'context.reporter.uid', 'request.headers', 'request.host', 'request.path', 'request.useragent', 'request.method', 'request.scheme', 'request.url_path', 'source.uid'];
const report14 = ['context.proxy_error_code', 'check.cache_hit', 'quota.cache_hit', 'request.size', 'request.total_size', 'response.size', 'response.total_size', 'response.code', 'response.headers', 'destination.ip', 'destination.port', 'destination.uid'];
const inbound14 = ['destination.ip', 'destination.port', 'destination.namespace', 'destination.uid'];

describe('HTTP through Envoy', () => {
  it('checks and reports both hops with the attributes of the 1.4 filter', async () => {
    const response = await request({ path: '/a', headers: { 'user-agent': 'test', 'x-istio-attributes': 'forged' } });
    expect(response).toMatchObject({ status: 200, body: 'hello' });
    await reports(2);
    expect(names(of(mixer.checks, 'outbound'))).toEqual([...request14, ...service, 'source.namespace'].sort());
    expect(names(of(mixer.checks, 'inbound'))).toEqual([...request14, ...service, ...inbound14].sort());
    expect(names(of(mixer.reports, 'outbound'))).toEqual([...request14, ...service, ...report14, 'source.namespace'].sort());
    expect(names(of(mixer.reports, 'inbound'))).toEqual([...request14, ...service, ...report14, 'destination.namespace'].sort());
    expect(of(mixer.reports, 'inbound')).toMatchObject({ 'source.uid': 'kubernetes://pod2.ns2', 'destination.ip': '00000000000000000000ffff7f4dfa01', 'destination.port': 9080, 'response.code': 200, 'response.size': 5, 'check.cache_hit': false, 'context.proxy_error_code': '-' });
    expect(of(mixer.reports, 'outbound')).toMatchObject({ 'destination.uid': 'kubernetes://pod1.ns1', 'destination.ip': '7f4dfa01', 'destination.port': 9080 });
    expect(seenByApplication[0]).not.toHaveProperty('x-istio-attributes');
    expect(of(mixer.checks, 'inbound')['request.headers']).not.toHaveProperty('x-istio-attributes');
  });

  it('denies with Mixer\'s message', async () => {
    inboundOnly({ code: 7, message: 'handler.ns:no' });
    expect(await request({ path: '/b', method: 'POST', body: '12345' })).toMatchObject({ status: 403, body: 'PERMISSION_DENIED:handler.ns:no' });
    await reports(2);
    expect(of(mixer.reports, 'inbound')).toMatchObject({ 'check.error_code': 7, 'check.error_message': 'PERMISSION_DENIED:handler.ns:no', 'response.code': 403, 'context.proxy_error_code': 'UAEX' });
    expect(of(mixer.reports, 'outbound')).toMatchObject({ 'response.code': 403, 'context.proxy_error_code': '-' });
    expect(seenByApplication).toEqual([]);
  });

  it('has every status of the 1.4 filter, 499 among them', async () => {
    inboundOnly({ code: 1 });
    expect(await request({ path: '/c' })).toMatchObject({ status: 499, body: 'CANCELLED' });
    await reports(2);
  });

  it('changes headers of requests and responses', async () => {
    const op = (name: string, value: string, operation: number): { name: string; value: string; operation: number } => ({ name, value, operation });
    inboundOnly({ directive: { requestHeaderOperations: [op('x-set', '1', 0), op('x-two', 'b', 2), op('x-gone', '', 1)], responseHeaderOperations: [op('x-answer', '2', 0)] } });
    const response = await request({ path: '/d', headers: { 'x-set': '0', 'x-two': 'a', 'x-gone': '1' } });
    expect(seenByApplication[0]).toMatchObject({ 'x-set': '1', 'x-two': 'a,b' });
    expect(seenByApplication[0]).not.toHaveProperty('x-gone');
    expect(response.headers).toMatchObject({ 'x-answer': '2' });
    await reports(2);
  });

  it('answers directly', async () => {
    inboundOnly({ directive: { directResponseCode: 302, directResponseBody: 'go', responseHeaderOperations: [{ name: 'location', value: '/z', operation: 0 }] } });
    expect(await request({ path: '/e' })).toMatchObject({ status: 302, body: 'go', headers: { location: '/z' } });
    await reports(2);
    expect(of(mixer.reports, 'inbound')).toMatchObject({ 'response.code': 302, 'context.proxy_error_code': '-' });
  });

  it('reports each of many requests once', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, i) => request({ path: `/many/${i}` })));
    await reports(400);
    for (const kind of ['inbound', 'outbound']) {
      expect(new Set(mixer.reports.filter((attributes) => attributes['context.reporter.kind'] === kind).map((attributes) => attributes['request.path'])).size).toBe(200);
    }
  });
});

describe('TCP through Envoy', () => {
  async function talk(port: number): Promise<string> {
    const connection = net.connect(port, addresses.inbound);
    let text = '';
    connection.on('error', () => undefined).setEncoding('utf8').on('data', (part: string) => {
      text += part;
      connection.end();
    });
    connection.write('0123456789');
    await once(connection, 'close');
    return text;
  }

  const events = (): unknown[] => mixer.reports.map((attributes) => [attributes['connection.event'], attributes['connection.received.bytes_total'], attributes['connection.sent.bytes_total']]);

  it.each([[addresses.checkedTcpPort, 1], [addresses.tcpPort, 0]])('reports open and close at port %i, after %i checks', async (port, checks) => {
    expect(await talk(port)).toBe('0123456789');
    await reports(2);
    expect(mixer.checks).toHaveLength(checks);
    expect(events()).toEqual([['open', 0, 0], ['close', 10, 10]]);
  });

  it('closes what Mixer refuses, and reports only the close', async () => {
    mixer.answer = () => ({ code: 16 });
    expect(await talk(addresses.checkedTcpPort)).toBe('');
    await reports(1);
    expect(mixer.checks[0]).toMatchObject({ 'context.protocol': 'tcp', 'destination.uid': 'kubernetes://pod1.ns1', 'source.ip': '7f000001', 'connection.mtls': false });
    expect(mixer.reports[0]).toMatchObject({ 'connection.event': 'close', 'check.error_code': 16, 'check.error_message': 'UNAUTHENTICATED', 'connection.id': mixer.checks[0]!['connection.id'] });
  });
});
