// How fast the agent answers checks from its cache and turns access logs into reports, by itself and through its socket,
// and how its hand-written codecs compare with the generated ones. Run after a build: node e2e/bench/mixer-client.mjs
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckRequest as AuthzRequestMessage } from '@quartet/api/envoy/service/auth/v3/external_auth';
import { StreamAccessLogsMessage } from '@quartet/api/envoy/service/accesslog/v3/als';
import { Attributes } from '@quartet/api/istio/mixer/v1/attributes';
import { CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest } from '@quartet/api/istio/mixer/v1/report';
import { createMixerAgent, systemClock } from '@quartet/agent-mixer-client';
import { AccessLogServer, AuthorizationServer, AuthzRequest, Checker, GlobalDictionary, MixerStatistics, nodeAttributes, ReportBatch } from '@quartet/agent-mixer-client/internal';
import { globalWords } from '@quartet/model/global-words';

const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const identity = (bytes) => bytes;
const bytesOf = (codec, message) => Buffer.from(codec.encode(codec.fromPartial(message)).finish());
const address = (ip, port) => ({ socketAddress: { address: ip, portValue: port } });

const service = { 'destination.service.host': 'reviews.default.svc.cluster.local', 'destination.service.name': 'reviews', 'destination.service.namespace': 'default', 'destination.service.uid': 'istio://default/services/reviews' };
const listener = { 'context.reporter.kind': 'inbound', 'context.reporter.uid': 'kubernetes://reviews-v1.default', 'context.proxy_version': '1.4.10', 'destination.uid': 'kubernetes://reviews-v1.default', 'destination.namespace': 'default', 'destination.ip': '127.77.3.1', 'destination.port': '9080' };
const forwarded = bytesOf(Attributes, { attributes: { 'source.uid': { stringValue: 'kubernetes://productpage-v1.default' }, ...Object.fromEntries(Object.entries(service).map(([name, stringValue]) => [name, { stringValue }])) } }).toString('base64');
const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)', accept: 'text/html,application/xhtml+xml', 'accept-encoding': 'gzip, deflate', 'x-request-id': '5a1f1a5c-7d4e-9c1e-8f8e-0c6f3b6a5d10', 'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7', 'x-b3-spanid': 'e457b5a2e4d86bd1', 'x-b3-sampled': '1', 'x-forwarded-proto': 'http', cookie: 'session=eyJ1c2VyIjoiamFzb24ifQ', 'end-user': 'jason' };

const authzRequest = bytesOf(AuthzRequestMessage, {
  attributes: {
    source: { address: address('127.77.1.1', 40000), principal: 'spiffe://cluster.local/ns/default/sa/bookinfo-productpage' },
    destination: { address: address('127.77.3.1', 9080), principal: 'spiffe://cluster.local/ns/default/sa/bookinfo-reviews' },
    request: { time: { seconds: 1_700_000_000, nanos: 5 }, http: { id: '1', method: 'GET', path: '/reviews/0', host: 'reviews:9080', scheme: 'http', protocol: 'HTTP/1.1', headers: { ':authority': 'reviews:9080', ':method': 'GET', ':path': '/reviews/0', ':scheme': 'http', ...headers } } },
    contextExtensions: { ...listener, ...service, 'mixer.network_fail_policy': 'FAIL_OPEN' },
    metadataContext: { filterMetadata: { 'istio.mixer': { forwarded } } },
    tlsSession: { sni: 'outbound_.9080_._.reviews.default.svc.cluster.local' },
  },
});

const word = (name) => globalWords.indexOf(name);
const exact = (...names) => names.map((name) => ({ name: word(name), condition: 2, regex: '', mapKey: 0 }));
const checkResponse = bytesOf(CheckResponse, { precondition: { status: { code: 0 }, validDuration: { seconds: 3600, nanos: 0 }, validUseCount: -1, referencedAttributes: { words: [], attributeMatches: exact('context.reporter.kind', 'destination.namespace', 'destination.service.host', 'request.path', 'source.uid') } } });

const logEntry = {
  commonProperties: {
    downstreamRemoteAddress: address('127.77.1.1', 40000), downstreamDirectRemoteAddress: address('127.77.1.1', 40000), downstreamLocalAddress: address('127.77.3.1', 9080), upstreamRemoteAddress: address('127.0.0.1', 9081),
    tlsProperties: { tlsVersion: 4, tlsSniHostname: 'outbound_.9080_._.reviews', localCertificateProperties: { subjectAltName: [{ uri: 'spiffe://cluster.local/ns/default/sa/bookinfo-reviews' }] }, peerCertificateProperties: { subjectAltName: [{ uri: 'spiffe://cluster.local/ns/default/sa/bookinfo-productpage' }] } },
    startTime: { seconds: 1_700_000_000, nanos: 5 }, timeToLastRxByte: { seconds: 0, nanos: 9 }, timeToFirstUpstreamTxByte: { seconds: 0, nanos: 9 }, timeToLastUpstreamRxByte: { seconds: 0, nanos: 9 }, timeToLastDownstreamTxByte: { seconds: 0, nanos: 9 }, duration: { seconds: 0, nanos: 4_000_000 },
    upstreamCluster: 'inbound|9080|http|reviews.default.svc.cluster.local', routeName: 'default', metadata: { filterMetadata: { 'istio.mixer': { forwarded }, 'envoy.filters.http.ext_authz': { check_cache_hit: true, quota_cache_hit: false, ext_authz_duration: 1 } } },
    customTags: { ...listener, ...service }, accessLogType: 6, streamId: '5a1f1a5c-7d4e-9c1e-8f8e-0c6f3b6a5d10', downstreamWireBytesSent: 900, downstreamWireBytesReceived: 700,
  },
  protocolVersion: 2,
  request: { requestMethod: 1, scheme: 'http', authority: 'reviews:9080', path: '/reviews/0', userAgent: headers['user-agent'], requestId: headers['x-request-id'], requestHeadersBytes: 700, requestBodyBytes: 0, requestHeaders: headers },
  response: { responseCode: 200, responseHeadersBytes: 200, responseBodyBytes: 295, responseHeaders: { 'content-type': 'application/json' }, responseCodeDetails: 'via_upstream' },
};
const entriesPerMessage = 32;
const logMessage = bytesOf(StreamAccessLogsMessage, { httpLogs: { logEntry: Array.from({ length: entriesPerMessage }, () => logEntry) } });

/** Runs `step` for a while after a warm-up; operations per second, at `perStep` a call. */
function rate(step, perStep = 1) {
  for (let i = 0; i < 3000; i += perStep) step();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < seconds * 1000) {
    for (let i = 0; i < 50; i++) step();
    count += 50 * perStep;
  }
  return (count / (performance.now() - start)) * 1000;
}

function row(name, perSecond, against) {
  const micros = (1e6 / perSecond).toFixed(1);
  const ratio = against === undefined ? '' : `  ${(perSecond / against).toFixed(1)}x the generated codec`;
  console.log(`${name.padEnd(58)} ${Math.round(perSecond).toLocaleString('en').padStart(11)}/s  ${micros.padStart(7)} us${ratio}`);
}

function inProcess() {
  const statistics = new MixerStatistics();
  const node = nodeAttributes({ id: 'sidecar~127.77.3.1~reviews-v1.default~default.svc.cluster.local' });
  const transport = { call: (_request, done) => (done(undefined, checkResponse), { cancel: () => undefined }) };
  const checker = new Checker({ transport, clock: systemClock, random: Math.random, clientId: 'bench', dictionary: new GlobalDictionary(), statistics, limits: { checkCacheEntries: 10_000, quotaCacheEntries: 10_000, checksInFlight: 10 } });
  const authorization = new AuthorizationServer({ checker, node, clock: systemClock, statistics, onTcpAccepted: () => undefined });
  const call = { request: authzRequest, metadata: { get: () => [] }, once: () => undefined };
  const check = () => authorization.check(call, () => undefined);
  const generic = rate(() => AuthzRequestMessage.decode(authzRequest));
  row('ext_authz request, generated decode', generic);
  row('ext_authz request, read by hand', rate(() => AuthzRequest.read(authzRequest)), generic);
  row('check answered from the cache', rate(check));
  if (statistics.total_check_cache_misses !== 1) throw new Error(`${statistics.total_check_cache_misses} misses instead of 1`);

  const batch = new ReportBatch();
  let bytes = 0;
  const report = (bag) => {
    batch.append(bag, 222);
    if (batch.entries >= 100) bytes = batch.take().length;
  };
  const accessLog = new AccessLogServer({ node, clock: systemClock, statistics, tcpConnections: 10, report });
  const genericLogs = rate(() => StreamAccessLogsMessage.decode(logMessage), entriesPerMessage);
  row('access log entry, generated decode alone', genericLogs);
  row('access log entry to encoded report', rate(() => accessLog.message(logMessage), entriesPerMessage), genericLogs);
  for (let i = 0; batch.entries !== 99 && i < 100; i++) accessLog.message(bytesOf(StreamAccessLogsMessage, { httpLogs: { logEntry: [logEntry] } }));
  console.log(`a report of 100 entries: ${bytes.toLocaleString('en')} bytes, ${logMessage.length / entriesPerMessage} bytes an access log entry`);
}

function bind(server, where) {
  return new Promise((resolve, reject) => server.bindAsync(where, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))));
}

/** Mixer that only counts; its decoding is measured elsewhere. */
async function countingMixer() {
  const server = new Server();
  const counted = { entries: 0 };
  const method = (path) => ({ path: `/istio.mixer.v1.Mixer/${path}`, requestStream: false, responseStream: false, requestSerialize: identity, requestDeserialize: identity, responseSerialize: identity, responseDeserialize: identity });
  server.addService({ Check: method('Check'), Report: method('Report') }, {
    Check: (_call, done) => done(null, checkResponse),
    Report: (call, done) => {
      counted.last = call.request;
      done(null, Buffer.alloc(0));
    },
  });
  const port = await bind(server, '127.0.0.1:0');
  return { server, counted, address: `127.0.0.1:${port}` };
}

async function throughSockets() {
  const folder = mkdtempSync(join(tmpdir(), 'quartet-bench-'));
  const mixer = await countingMixer();
  const log = { info: () => undefined, warn: (fields, message) => console.error(message, fields) };
  const agent = createMixerAgent({ checkAddress: mixer.address, reportAddress: mixer.address, node: { id: 'sidecar~127.77.3.1~reviews-v1.default~d' }, clock: systemClock, log });
  const server = new Server();
  agent.addServices(server);
  await bind(server, `unix:${folder}/agent.sock`);
  const client = new Client(`unix:${folder}/agent.sock`, credentials.createInsecure());

  const check = () => new Promise((resolve, reject) => client.makeUnaryRequest('/envoy.service.auth.v3.Authorization/Check', identity, identity, authzRequest, (error) => (error ? reject(error) : resolve())));
  await check();
  let checks = 0;
  const start = performance.now();
  const cpu = process.cpuUsage();
  const worker = async () => {
    while (performance.now() - start < seconds * 1000) {
      await check();
      checks++;
    }
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  row('cached check through the socket (client in this process)', (checks / (performance.now() - start)) * 1000);
  const spent = process.cpuUsage(cpu);
  console.log(`  CPU a check, client and agent together: ${((spent.user + spent.system) / checks).toFixed(1)} us`);

  const messages = 2_000;
  const logStart = performance.now();
  const call = client.makeClientStreamRequest('/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs', identity, identity, () => undefined);
  for (let i = 0; i < messages; i++) if (!call.write(logMessage)) await new Promise((resolve) => call.once('drain', resolve));
  call.end();
  const total = messages * entriesPerMessage;
  while (agent.stats().report_entries_delivered + agent.stats().report_entries_dropped < total) await new Promise((resolve) => setTimeout(resolve, 1));
  const stats = agent.stats();
  row('access log entries through the socket to Mixer', (total / (performance.now() - logStart)) * 1000);
  console.log(`  delivered ${stats.report_entries_delivered}, dropped ${stats.report_entries_dropped}, last report ${ReportRequest.decode(mixer.counted.last).attributes.length} entries`);
  client.close();
  server.forceShutdown();
  await agent.close();
  mixer.server.forceShutdown();
  rmSync(folder, { recursive: true });
}

inProcess();
await throughSockets();
