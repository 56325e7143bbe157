// A whole Mixer on the case's configuration, called through its wire format.
import { CheckRequest, CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest } from '@quartet/api/istio/mixer/v1/report';
import { compress, mixerConfigOf, MixerRuntime, standardDictionary } from '@quartet/mixer-runtime';
import { ValueType } from '@quartet/mixer-expr';
import { legacyMixerKinds, parseManifest } from '@quartet/model';
import { parseAllDocuments } from 'yaml';
import { same } from '../assert.mjs';
import { decodeValue } from '../values.mjs';
import { newAdapters } from './run.mjs';

const words = { dictionary: standardDictionary, globalWordCount: standardDictionary.size };
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export async function integrationCase({ configs, calls, expected }, manifest) {
  const { adapters, exposition } = newAdapters();
  const work = { now: () => Date.now(), every: () => () => {}, after: () => () => {}, logger: quiet };
  const runtime = new MixerRuntime({ adapters, logger: quiet, monotonicMs: () => 0, after: () => () => {}, env: () => ({ env: work, end() {} }) });
  const objects = configs.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()).filter(Boolean)).map(objectOf);
  objects.push(manifestObject(manifest));
  await runtime.apply(mixerConfigOf({ version: '', list: (collection) => objects.filter((object) => object.collection === collection), get: () => undefined }, legacyMixerKinds.map(({ plural }) => plural)));
  same(runtime.problems.map(({ message }) => message), [], 'problems');
  for (const [i, call] of calls.entries()) await answer(runtime, call, expected.Returns[i]);
  if (Array.isArray(expected.AdapterState)) same(families(exposition.text()), expected.AdapterState, 'metrics');
}

function objectOf(json) {
  const { object, problems } = parseManifest(json);
  if (!object) throw new Error(`can't read ${json.kind} ${json.metadata?.name}: ${problems[0]?.path} ${problems[0]?.message}`);
  return object;
}

function manifestObject(manifest) {
  const attributes = Object.fromEntries(Object.entries(manifest).map(([name, type]) => [name, { valueType: ValueType[type] }]));
  const metadata = { name: 'all', namespace: 'istio-system', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '' };
  return { collection: 'istio/policy/v1beta1/attributemanifests', kind: 'attributemanifest', metadata, spec: { attributes } };
}

async function answer(runtime, { call, attributes, quotas }, expected) {
  const bag = compress(Object.entries(attributes).map(([name, tagged]) => [name, decodeValue(tagged)]), words);
  if (call === 'REPORT') {
    await runtime.report(Buffer.from(ReportRequest.encode(ReportRequest.fromPartial({ attributes: [bag], globalWordCount: words.globalWordCount })).finish()));
    return;
  }
  const request = CheckRequest.encode(CheckRequest.fromPartial({ attributes: bag, globalWordCount: words.globalWordCount, quotas, deduplicationId: 'd' })).finish();
  const response = CheckResponse.decode(await runtime.check(Buffer.from(request)));
  if (expected.Check) assertCheck(response.precondition, expected.Check);
  for (const [name, quota] of Object.entries(expected.Quota ?? {})) assertQuota(response.quotas[name], quota);
}

/** `is not whitelisted` with an empty value: the table's text has the space that follows the value. */
function assertCheck({ status, validDuration, validUseCount }, expected) {
  same(status.code, expected.Status.code ?? 0, 'code');
  same(status.message, expected.Status.message ?? '', 'message');
  same([validDuration.seconds * 1e9, validUseCount], [expected.ValidDuration, expected.ValidUseCount], 'validity');
}

function assertQuota({ grantedAmount, validDuration, status }, expected) {
  same([grantedAmount, validDuration.seconds * 1e9, status.code, status.message], [expected.Amount, expected.ValidDuration, expected.Status?.code ?? 0, expected.Status?.message ?? ''], 'quota');
}

function families(text) {
  const found = new Map();
  for (const line of text.split('\n')) {
    const [, word, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (word === 'HELP') found.set(name, { help: rest, metrics: [], name, type: '' });
    else if (word === 'TYPE') found.get(name).type = rest.toUpperCase();
    else addSample(found, line);
  }
  return [...found.values()];
}

function addSample(found, line) {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return;
  found.get(name).metrics.push({ labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text])), value });
}
