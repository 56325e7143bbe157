import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, status } from '@grpc/grpc-js';
import { CheckRequest, CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest } from '@quartet/api/istio/mixer/v1/report';
import { createFileConfigSource, type FileConfigSource } from '@quartet/config';
import { Duration, type Value } from '@quartet/mixer-expr';
import { compress, standardDictionary } from '@quartet/mixer-runtime';
import { globalWords } from '@quartet/model/global-words';
import { parseOptions } from '@quartet/nest-kit';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { Mixer, mixerOptions, mixerService, type MixerSettings } from './index.js';

const examples = join(import.meta.dirname, '../../../../examples/bookinfo');
const words = { dictionary: standardDictionary, globalWordCount: globalWords.length };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Running {
  readonly mixer: Mixer;
  readonly folder: string;
  readonly source: FileConfigSource;
  readonly prometheus: string;
  readonly registry: Registry;
  check(attributes: Record<string, Value>, quotas?: Record<string, { amount: number; bestEffort: boolean }>): Promise<CheckResponse>;
  report(...bags: Record<string, Value>[]): Promise<void>;
  /** Resolves when a configuration with this property is in force. */
  until(holds: () => boolean): Promise<void>;
}

/** A Mixer on its default configuration and the given tasks, behind a real socket. */
async function start(tasks: readonly string[], flags: readonly string[] = []): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'mixer-'));
  closing.push(() => rm(folder, { recursive: true }));
  await cp(join(examples, 'config'), folder, { recursive: true });
  for (const task of tasks) await cp(join(examples, 'tasks', `${task}.yaml`), join(folder, `${task}.yaml`));
  const argv = ['--address', 'tcp://127.0.0.1:0', '--prometheus-address', '127.0.0.1:0', '--config-debounce', '0', ...flags];
  const options = parseOptions({ name: 'mixer', description: '' }, mixerOptions, { argv, env: {} }).options as MixerSettings;
  const registry = new Registry();
  const applied = new Set<() => void>();
  const source = createFileConfigSource({ dir: folder, watch: false });
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const publish = (type: string) => type === 'config-applied' && applied.forEach((listener) => listener());
  const mixer = new Mixer({ options, openSource: () => source, registry, logger: () => quiet, publish });
  const until = (holds: () => boolean) => new Promise<void>((resolve) => {
    const look = () => {
      if (!holds()) return;
      applied.delete(look);
      resolve();
    };
    applied.add(look);
    look();
  });
  const { port, prometheus } = await mixer.start();
  closing.push(() => mixer.close());
  await until(() => mixer.configVersion !== '');
  return { mixer, folder, source, registry, until, prometheus: `http://127.0.0.1:${prometheus.port}/metrics`, ...connect(port) };
}

function connect(port: number): Pick<Running, 'check' | 'report'> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  closing.push(() => client.close());
  const call = ({ path, requestSerialize, responseDeserialize }: typeof mixerService.Check | typeof mixerService.Report, request: Uint8Array) =>
    new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.from(request), (error, response) => (error ? reject(error) : resolve(response as Buffer)));
    });
  return {
    async check(attributes, quotas = {}) {
      const request = { attributes: compress(Object.entries(attributes), words), globalWordCount: globalWords.length, deduplicationId: 'd', quotas };
      return CheckResponse.decode(await call(mixerService.Check, CheckRequest.encode(CheckRequest.fromPartial(request)).finish()));
    },
    async report(...bags) {
      const defaultWords: string[] = [];
      const attributes = bags.map((bag) => compress(Object.entries(bag), words, defaultWords));
      const request = { attributes, defaultWords, globalWordCount: globalWords.length, repeatedAttributesSemantics: 1 };
      await call(mixerService.Report, ReportRequest.encode(ReportRequest.fromPartial(request)).finish());
    },
  };
}

const toProductpage = {
  'context.protocol': 'http',
  'context.reporter.kind': 'inbound',
  'destination.service.host': 'productpage.default.svc.cluster.local',
  'destination.namespace': 'default',
};
const references = (response: CheckResponse) => {
  const { words: own = [], attributeMatches = [] } = response.precondition?.referencedAttributes ?? {};
  const word = (index: number) => (index < 0 ? own[-index - 1] : globalWords[index]);
  return attributeMatches.map(({ name, mapKey, condition }) => `${word(name)}${mapKey === 0 ? '' : `[${word(mapKey)}]`} ${condition}`);
};

describe('Check', () => {
  it('allows what no rule speaks of, for a minute and 10000 uses', async () => {
    const { check } = await start([]);
    const { precondition } = await check(toProductpage);
    expect(precondition).toMatchObject({ status: { code: 0, message: '' }, validDuration: { seconds: 60 }, validUseCount: 10000 });
  });

  it('denies the matching path only, and says what the answer hangs on', async () => {
    const { check } = await start(['deny-ratings']);
    const denied = await check({ ...toProductpage, 'request.url_path': '/api/v1/products/0/ratings' });
    expect(denied.precondition).toMatchObject({ status: { code: 7, message: 'deny-ratings.istio-system:ratings are not for you' }, validDuration: { seconds: 5 }, validUseCount: 1000 });
    expect(references(denied)).toEqual(expect.arrayContaining(['request.url_path 2', 'destination.service.host 2', 'destination.namespace 2', 'context.reporter.kind 2']));
    const allowed = await check({ ...toProductpage, 'request.url_path': '/productpage' });
    expect(allowed.precondition?.status).toMatchObject({ code: 0 });
  });

  it('looks a header up in a list, by its key alone', async () => {
    const { check } = await start(['blacklist-users']);
    const bag = (user: string) => ({ ...toProductpage, 'request.url_path': '/api/v1/products', 'request.headers': new Map([['end-user', user], ['cookie', 'x']]) });
    const mallory = await check(bag('mallory'));
    expect(mallory.precondition?.status).toMatchObject({ code: 7, message: 'user-blacklist.istio-system:mallory is blacklisted' });
    expect(references(mallory)).toContain('request.headers[end-user] 2');
    expect(references(mallory).filter((reference) => reference.startsWith('request.headers'))).toHaveLength(1);
    expect((await check(bag('alice'))).precondition?.status).toMatchObject({ code: 0 });
  });

  it('counts a quota for each of its dimensions', async () => {
    const { check } = await start(['quota-productpage']);
    const ask = (amount: number, user: string, bestEffort = false) =>
      check({ ...toProductpage, 'request.headers': new Map([['end-user', user]]), 'request.id': `${amount}${user}` }, { RequestCountQuota: { amount, bestEffort } });
    const first = await ask(3, 'a', true);
    expect(first.quotas).toMatchObject({ RequestCountQuota: { grantedAmount: 3, validDuration: { seconds: 10 }, status: { code: 0 } } });
    expect((await check(toProductpage, { nosuch: { amount: 7, bestEffort: false } })).quotas).toMatchObject({ nosuch: { grantedAmount: 7, validDuration: { seconds: 60 } } });
  });

  it('refuses a dictionary larger than its own', async () => {
    const { mixer } = await start([]);
    const request = CheckRequest.encode(CheckRequest.fromPartial({ globalWordCount: 300 })).finish();
    await expect(mixer.runtime.check(Buffer.from(request))).rejects.toMatchObject({ code: status.INTERNAL, message: 'inconsistent global dictionary versions used: mixer knows 222 words, caller knows 300' });
  });

  it('sheds what is over the rate', async () => {
    const { check, registry } = await start([], ['--loadshedding-mode', 'enforce', '--max-requests-per-second', '0.001', '--burst-size', '1']);
    await check(toProductpage);
    await expect(check(toProductpage)).rejects.toMatchObject({ code: status.UNAVAILABLE, details: 'Server is currently overloaded. Please try again.' });
    expect(await registry.metrics()).toContain('mixer_loadshedding_requests_throttled 1\n');
  });
});

describe('Report', () => {
  const request = {
    ...toProductpage,
    'source.uid': 'kubernetes://reviews-v3.default',
    'destination.uid': 'kubernetes://ratings-v1.default',
    'destination.service.host': 'ratings.default.svc.cluster.local',
    'destination.service.name': 'ratings',
    'destination.service.namespace': 'default',
    'response.code': 200,
    'response.duration': Duration.parse('7ms') as Duration,
    'request.size': 12,
    'connection.mtls': true,
  };

  it('is seen at the prometheus port, with the workloads of both sides', async () => {
    const { report, prometheus, registry } = await start([]);
    await report(request, request, { ...request, 'response.code': 503, 'request.useragent': 'kube-probe/1.17' });
    await report(request);
    const text = await (await fetch(prometheus)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith('istio_requests_total')) ?? '';
    expect(line.endsWith(' 3')).toBe(true);
    expect(Object.fromEntries([...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))).toEqual({
      reporter: 'destination',
      source_workload: 'reviews-v3', source_workload_namespace: 'default', source_principal: 'unknown', source_app: 'reviews', source_version: 'v3',
      destination_workload: 'ratings-v1', destination_workload_namespace: 'default', destination_principal: 'unknown', destination_app: 'ratings', destination_version: 'v1',
      destination_service: 'ratings.default.svc.cluster.local', destination_service_name: 'ratings', destination_service_namespace: 'default',
      request_protocol: 'http', response_code: '200', response_flags: '-', permissive_response_code: 'none', permissive_response_policyid: 'none',
      connection_security_policy: 'mutual_tls',
    });
    expect(text).toMatch(/istio_request_duration_seconds_bucket\{[^}]*le="0.005"\} 0\n.*le="0.01"\} 3/);
    expect(text).toMatch(/istio_request_bytes_bucket\{[^}]*le="1e\+08"\} 3/);
    const monitoring = await registry.metrics();
    expect(monitoring).toContain('mixer_runtime_dispatches_total{meshFunction="metric",handler="prometheus.istio-system",adapter="prometheus",error="false"} 2\n');
    expect(monitoring).toContain('mixer_config_rule_config_errors_total 0\n');
  });

  it('fails as a whole and delivers what it can', async () => {
    const { report, prometheus } = await start([]);
    await expect(report({ ...request, 'response.code': 'many' }, request)).rejects.toMatchObject({ code: status.UNKNOWN, details: expect.stringContaining('response_code') });
    expect(await (await fetch(prometheus)).text()).toMatch(/istio_requests_total\{.*\} 1\n/);
  });
});

describe('a changed configuration', () => {
  it('takes over while it runs, and a bad part leaves the rest alive', async () => {
    const { check, folder, source, mixer, until } = await start([]);
    await cp(join(examples, 'tasks', 'deny-ratings.yaml'), join(folder, 'deny.yaml'));
    await writeFile(join(folder, 'bad.yaml'), 'apiVersion: config.istio.io/v1alpha2\nkind: rule\nmetadata: {name: bad, namespace: istio-system}\nspec:\n  match: nosuch == "x"\n  actions: [{handler: h, instances: [i]}]\n');
    await source.reload();
    await until(() => mixer.runtime.problems.length > 0);
    expect(mixer.runtime.problems.map(({ object, message }) => `${object}: ${message}`)).toEqual([
      'bad.rule.istio-system: match: unknown attribute nosuch', "bad.rule.istio-system: actions[0]: handler not found: handler='h'",
    ]);
    expect((await check({ ...toProductpage, 'request.url_path': '/ratings' })).precondition?.status).toMatchObject({ code: 7 });
    expect(mixer.runtime.handlerCounters).toMatchObject({ new_handlers_total: 1, reused_handlers_total: 2 });
  });
});
