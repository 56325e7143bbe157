// mixer-attributes.json, what Mixer itself does with attributes: decoding, updates, references, and whole Checks and Reports.
import { CompressedAttributes } from '@quartet/api/istio/mixer/v1/attributes';
import { CheckRequest, CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { defineAdapter, params } from '@quartet/mixer-adapter-sdk';
import { ValueType } from '@quartet/mixer-expr';
import { compress, CompressedBag, Condition, GlobalDictionary, LayeredBag, MixerRuntime, ReferenceTracker } from '@quartet/mixer-runtime';
import { expect, same } from './assert.mjs';
import { assertValue, decodeValue } from './values.mjs';

const checks = { decode, roundtrip, update, references, report, check, reportFailure, merge, childDelete, childOverride };

export function* serverCases(tests) {
  const seen = new Map();
  for (const test of tests) {
    if (!Object.hasOwn(checks, test.kind)) continue;
    const name = `${test.kind} ${test.name}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    yield { id: times === 1 ? name : `${name} (${times})`, check: () => checks[test.kind](test) };
  }
}

function bagOf(wireBase64, { globalWords }, options = {}) {
  const bytes = Buffer.from(wireBase64, 'base64');
  return new CompressedBag(bytes, { start: 0, end: bytes.length }, { dictionary: new GlobalDictionary(globalWords ?? []), ...options });
}

function assertBag(values, expected) {
  same([...values.keys()].toSorted(), Object.keys(expected).toSorted(), 'names');
  for (const [name, tagged] of Object.entries(expected)) assertValue(values.get(name), tagged);
}

function decode(test) {
  const bag = bagOf(test.wireBase64, test);
  for (const name of [...(test.absent ?? []), ...(test.lazyAbsent ?? [])]) same(bag.get(name, ValueType.STRING), undefined, name);
  if (!test.ok) return expect.throws(() => bag.decodeStrictly());
  assertBag(bag.decodeStrictly(), test.result);
  assertBag(new Map(bag.entries()), test.result);
}

function typed(tagged) {
  return tagged.t === 'double' ? { type: ValueType.DOUBLE, value: decodeValue(tagged) } : decodeValue(tagged);
}

function roundtrip({ bag, globalWords, globalWordCount, decodeGlobalWords = globalWords, encodedMessageWords }) {
  const message = compress(Object.entries(bag).map(([name, tagged]) => [name, typed(tagged)]), { dictionary: new GlobalDictionary(globalWords), globalWordCount });
  if (encodedMessageWords) same(message.words, encodedMessageWords, 'words');
  const bytes = Buffer.from(CompressedAttributes.encode(message).finish());
  assertBag(new Map(bagOf(bytes.toString('base64'), { globalWords: decodeGlobalWords }).entries()), bag);
}

function update(test) {
  const accumulated = new LayeredBag(undefined);
  for (const { wireBase64, bagAfter } of test.steps) {
    for (const [name, value] of bagOf(wireBase64, test).decodeStrictly()) accumulated.set(name, value);
    assertBag(accumulated.own, bagAfter);
  }
}

function references(test) {
  const tracker = new ReferenceTracker();
  const bag = bagOf(test.wireBase64, test, { tracker });
  for (const { name, mapKey } of test.gets) {
    const value = bag.get(name, ValueType.VALUE_TYPE_UNSPECIFIED);
    if (mapKey !== undefined) value.get(mapKey);
  }
  const word = Object.fromEntries(Object.entries(Condition).map(([name, number]) => [number, name]));
  const plain = ({ name, mapKey, condition }) => JSON.stringify([name, mapKey ?? null, word[condition] ?? condition]);
  same([...tracker].map(plain).toSorted(), test.referenced.map(plain).toSorted(), 'references');
  same(tracker.size, test.referencedCount, 'count');
  const before = tracker.snapshot();
  tracker.clear();
  same(tracker.size, test.afterClearCount, 'count after clear');
  tracker.restore(before);
  same(tracker.size, test.afterRestoreOfCount, 'count after restore');
}

function merge({ target, merge: others, result }) {
  const bag = new LayeredBag(undefined);
  for (const [name, tagged] of Object.entries(target)) bag.set(name, decodeValue(tagged));
  for (const other of others) bag.merge(new Map(Object.entries(other).map(([name, tagged]) => [name, decodeValue(tagged)])));
  assertBag(bag.own, result);
}

function layered(parentValues, childValues) {
  const parent = new LayeredBag(undefined);
  for (const [name, tagged] of Object.entries(parentValues)) parent.set(name, decodeValue(tagged));
  const child = new LayeredBag(parent);
  for (const [name, tagged] of Object.entries(childValues)) child.set(name, decodeValue(tagged));
  return { parent, child };
}

function childDelete({ parent: below, child: above, delete: name, getBefore, getAfter, namesOfChildBefore }) {
  const { child } = layered(below, above);
  assertValue(child.get(name, 0), getBefore);
  same(child.own.size, namesOfChildBefore, 'names of the child');
  child.delete(name);
  assertValue(child.get(name, 0), getAfter);
}

function childOverride({ parent: below, childSet, parentGet }) {
  const { parent } = layered(below, childSet);
  for (const [name, tagged] of Object.entries(parentGet)) assertValue(parent.get(name, 0), tagged);
}

const metadata = (name) => ({ name, namespace: 'istio-system', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '' });
const object = (kind, name, spec) => ({ collection: '', kind, metadata: metadata(name), spec });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A Mixer whose only adapter answers what the case's back end answers, and remembers what it saw. */
async function scripted({ backend = {}, attributes = {} }) {
  const seen = { metrics: [], checks: [] };
  const adapter = defineAdapter({
    name: 'backend', description: '', params: params.message({}), templates: ['checknothing', 'listentry', 'quota', 'metric', 'kubernetes'],
    build: () => ({
      handleListEntry(entry) {
        seen.checks.push(entry.value);
        if (backend.checkError) throw new Error(backend.checkError);
        const { code = 0, message = '', validDuration } = backend.check ?? {};
        return { status: { code, message }, validDurationMs: validDuration ? decodeValue({ t: 'duration', v: validDuration }).toMilliseconds() : 0, validUseCount: 0 };
      },
      handleQuota() {
        if (backend.quotaError) throw new Error(backend.quotaError);
        const { code = 0, message = '', amount = 0 } = backend.quota ?? {};
        return { status: { code, message }, amount, validDurationMs: 0 };
      },
      handleMetric(metrics) {
        if (backend.flushError ?? backend.reportError) throw new Error(backend.flushError ?? backend.reportError);
        seen.metrics.push(...metrics);
      },
      generateKubernetesAttributes: () => ({ source_pod_name: backend.preprocessAdds?.genAttrGen?.v }),
    }),
  });
  const dimensions = Object.fromEntries(Object.keys(attributes).map((name) => [name, `${name} | 0`]));
  const attributeBindings = { genAttrGen: '$out.source_pod_name | ""' };
  const runtime = new MixerRuntime({ adapters: new Map([['backend', adapter]]), logger: quiet, monotonicMs: () => 0, after: () => () => {}, env: () => ({ env: {}, end() {} }) });
  await runtime.apply({
    manifests: [object('attributemanifest', 'm', { attributes: { ...attributes, genAttrGen: { valueType: 1 } } })],
    handlers: [object('handler', 'h', { compiledAdapter: 'backend' })],
    instances: [
      object('instance', 'metric', { compiledTemplate: 'metric', params: { dimensions } }),
      object('instance', 'entry', { compiledTemplate: 'listentry', params: { value: 'genAttrGen | ""' } }),
      object('instance', 'RequestCount', { compiledTemplate: 'quota' }),
      ...(backend.preprocessAdds ? [object('instance', 'gen', { compiledTemplate: 'kubernetes', attributeBindings })] : []),
    ],
    rules: [object('rule', 'r', { actions: [{ handler: 'h', instances: ['metric', 'entry', 'RequestCount', ...(backend.preprocessAdds ? ['gen'] : [])] }] })],
    legacy: [],
  });
  same(runtime.problems, [], 'problems');
  return { runtime, seen };
}

async function report({ wireBase64, ok, dispatchedBags }) {
  const attributes = Object.fromEntries(['A1', 'A2', 'A3', 'A4'].map((name) => [name, { valueType: 2 }]));
  const { runtime, seen } = await scripted({ attributes });
  const request = Buffer.from(wireBase64, 'base64');
  if (!ok) return expect.rejects(runtime.report(request));
  await runtime.report(request);
  const found = seen.metrics.map(({ dimensions }) => Object.fromEntries(Object.entries(dimensions).filter(([, value]) => value !== 0)));
  same(found, dispatchedBags.map((bag) => Object.fromEntries(Object.entries(bag).map(([name, { v }]) => [name, v]))), 'bags');
}

async function reportFailure({ backend }) {
  const { runtime } = await scripted({ backend });
  await expect.rejects(runtime.report(Buffer.from([10, 0])));
}

async function check({ backend, bag, quotas = {}, expected, repeat = 1 }) {
  const { runtime, seen } = await scripted({ backend });
  const attributes = compress(Object.entries(bag).map(([name, tagged]) => [name, typed(tagged)]), { dictionary: new GlobalDictionary([]), globalWordCount: 0 });
  const request = Buffer.from(CheckRequest.encode(CheckRequest.fromPartial({ attributes, quotas })).finish());
  for (let i = 0; i < repeat; i++) {
    if (!expected.rpcOk) return expect.rejects(runtime.check(request));
    assertAnswer(CheckResponse.decode(await runtime.check(request)), expected);
  }
  if (expected.checkSees) same(seen.checks[0], expected.checkSees.genAttrGen.v, 'what the check saw');
}

function assertAnswer({ precondition, quotas }, expected) {
  const { code, message } = precondition.status;
  if (expected.preconditionOk !== undefined) same(code === 0, expected.preconditionOk, 'OK');
  if (expected.preconditionMessageContains && !message.includes(expected.preconditionMessageContains)) throw new Error(`message is ${message}`);
  for (const [name, amount] of Object.entries(expected.granted ?? {})) same(quotas[name]?.grantedAmount ?? 0, amount, name);
}
