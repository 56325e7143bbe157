// How many Checks and Reports per second one Mixer answers on the default telemetry configuration plus a denier, a list
// and a quota rule: in process (the runtime alone) and through gRPC on 127.0.0.1 (client and server share this process).
// After `npm run build`:  node e2e/bench/mixer-check.mjs [seconds]
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { CheckRequest } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest } from '@quartet/api/istio/mixer/v1/report';
import { createFileConfigSource } from '@quartet/config';
import { Duration, Timestamp } from '@quartet/mixer-expr';
import { Mixer, mixerOptions, mixerService } from '@quartet/mixer-feature';
import { compress, standardDictionary } from '@quartet/mixer-runtime';
import { globalWords } from '@quartet/model/global-words';
import { parseOptions } from '@quartet/nest-kit';
import { Registry } from 'prom-client';

const seconds = Number(process.argv[2] ?? 3);
const examples = join(import.meta.dirname, '../../examples/bookinfo');
const words = { dictionary: standardDictionary, globalWordCount: globalWords.length };
const bagsPerReport = 100;

function requestBag(i, host) {
  const headers = { ':authority': `${host}:9080`, ':method': 'GET', ':path': `/reviews/${i}`, 'user-agent': 'curl/7.0', 'x-request-id': `id-${i}`, 'x-forwarded-proto': 'http', 'content-length': '0', 'end-user': `user${i % 50}` };
  return [
    ['context.protocol', 'http'], ['context.reporter.kind', 'inbound'], ['context.reporter.uid', `kubernetes://${host}-v1.default`],
    ['source.uid', 'kubernetes://productpage-v1.default'], ['source.namespace', 'default'], ['source.principal', 'cluster.local/ns/default/sa/bookinfo-productpage'],
    ['destination.uid', `kubernetes://${host}-v1.default`], ['destination.namespace', 'default'], ['destination.port', 9080], ['destination.ip', Uint8Array.of(127, 77, 3, 1)],
    ['destination.principal', `cluster.local/ns/default/sa/bookinfo-${host}`],
    ['destination.service.host', `${host}.default.svc.cluster.local`], ['destination.service.name', host], ['destination.service.namespace', 'default'], ['destination.service.uid', `istio://default/services/${host}`],
    ['connection.mtls', true], ['request.headers', new Map(Object.entries(headers))], ['request.host', `${host}:9080`], ['request.method', 'GET'], ['request.path', `/reviews/${i}`],
    ['request.url_path', `/reviews/${i}`], ['request.scheme', 'http'], ['request.useragent', 'curl/7.0'], ['request.time', new Timestamp(1_600_000_000 + i)],
  ];
}

const responseBag = (i) => [
  ['request.size', 0], ['request.total_size', 300], ['response.code', i % 50 === 0 ? 503 : 200], ['response.size', 700 + i], ['response.total_size', 900 + i], ['response.duration', new Duration(0, 1e6 * (i % 40))],
  ['response.time', new Timestamp(1_600_000_001 + i)], ['response.headers', new Map([['content-type', 'application/json']])], ['context.proxy_error_code', '-'], ['check.cache_hit', true], ['quota.cache_hit', false],
];
const hosts = ['reviews', 'ratings', 'details', 'productpage'];

function checkRequest(i) {
  const attributes = compress(requestBag(i, hosts[i % 4]), words);
  return Buffer.from(CheckRequest.encode(CheckRequest.fromPartial({ attributes, globalWordCount: globalWords.length, deduplicationId: `d${i}` })).finish());
}

function reportRequest(first) {
  const defaultWords = [];
  const attributes = Array.from({ length: bagsPerReport }, (_, i) => compress([...requestBag(first + i, hosts[i % 4]), ...responseBag(i)], words, defaultWords));
  return Buffer.from(ReportRequest.encode(ReportRequest.fromPartial({ attributes, defaultWords, globalWordCount: globalWords.length, repeatedAttributesSemantics: 1 })).finish());
}

async function rate(work, { parallel, perCall = 1 }) {
  const run = async (until) => {
    let calls = 0;
    const one = async () => {
      while (performance.now() < until) {
        await work(calls++);
      }
    };
    await Promise.all(Array.from({ length: parallel }, one));
    return calls;
  };
  await run(performance.now() + 1000);
  const start = performance.now();
  const calls = await run(start + seconds * 1000);
  return Math.round((calls * perCall * 1000) / (performance.now() - start));
}

const folder = await mkdtemp(join(tmpdir(), 'mixer-bench-'));
await cp(join(examples, 'config'), folder, { recursive: true });
for (const task of ['deny-ratings', 'blacklist-users', 'quota-productpage']) await cp(join(examples, 'tasks', `${task}.yaml`), join(folder, `${task}.yaml`));
const options = parseOptions({ name: 'bench', description: '' }, mixerOptions, { argv: ['--address', 'tcp://127.0.0.1:0', '--prometheus-address', '127.0.0.1:0'], env: {} }).options;
const quiet = { debug() {}, info() {}, warn() {}, error: console.error };
const applied = Promise.withResolvers();
const mixer = new Mixer({ options, openSource: () => createFileConfigSource({ dir: folder, watch: false }), registry: new Registry(), logger: () => quiet, publish: applied.resolve });
const { port } = await mixer.start();
await applied.promise;

const checks = Array.from({ length: 1000 }, (_, i) => checkRequest(i));
const reports = Array.from({ length: 20 }, (_, i) => reportRequest(i * bagsPerReport));
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
const call = ({ path, requestSerialize, responseDeserialize }, request) => new Promise((resolve, reject) => {
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => (error ? reject(error) : resolve(response)));
});
const results = {
  'Check, runtime alone': await rate((i) => mixer.runtime.check(checks[i % checks.length]), { parallel: 1 }),
  'Check, through gRPC': await rate((i) => call(mixerService.Check, checks[i % checks.length]), { parallel: 32 }),
  'bags reported, runtime alone': await rate((i) => mixer.runtime.report(reports[i % reports.length]), { parallel: 1, perCall: bagsPerReport }),
  'bags reported, through gRPC': await rate((i) => call(mixerService.Report, reports[i % reports.length]), { parallel: 4, perCall: bagsPerReport }),
};
for (const [name, value] of Object.entries(results)) console.log(`${name.padEnd(30)} ${String(value).padStart(8)} /s`);
console.log(`request sizes: Check ${checks[0].length} bytes, Report of ${bagsPerReport} bags ${reports[0].length} bytes`);
client.close();
await mixer.close();
await rm(folder, { recursive: true });
