import { defineAdapter, okStatus, params as p, statusOf, type Adapter, type AdapterEnv, type CheckResult, type Handler, type QuotaResult } from '@quartet/mixer-adapter-sdk';
import type { Value } from '@quartet/mixer-expr';
import { CheckRequest, CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest } from '@quartet/api/istio/mixer/v1/report';
import { parseManifest, type ConfigObject } from '@quartet/model';
import { globalWords } from '@quartet/model/global-words';
import { parseAllDocuments } from 'yaml';
import { mixerConfigOf } from './config/mixer-config.js';
import { MixerRuntime } from './mixer-runtime.js';
import { compress } from './wire/compress.js';
import { standardDictionary } from './wire/dictionary.js';

// A runtime whose adapters are functions of the test.

const words = { dictionary: standardDictionary, globalWordCount: globalWords.length };
const manifest = `
apiVersion: config.istio.io/v1alpha2
kind: attributemanifest
metadata: {name: all, namespace: istio-system}
spec:
  attributes:
    context.reporter.kind: {valueType: STRING}
    destination.namespace: {valueType: STRING}
    source.namespace: {valueType: STRING}
    source.uid: {valueType: STRING}
    source.name: {valueType: STRING}
    request.path: {valueType: STRING}
    request.size: {valueType: INT64}
    request.headers: {valueType: STRING_MAP}
`;

/** An adapter of every template; its params' `label` tells its handlers apart. */
export function scriptedAdapter(name: string, script: (label: string, env: AdapterEnv) => Handler): Adapter {
  return defineAdapter({
    name,
    description: '',
    templates: ['checknothing', 'listentry', 'quota', 'metric', 'kubernetes'],
    params: p.message({ label: p.string() }),
    build: ({ params }, env) => ({
      handleCheckNothing: () => noOpinion,
      handleListEntry: () => noOpinion,
      handleQuota: (_, { amount }) => granted(amount),
      handleMetric: () => undefined,
      generateKubernetesAttributes: () => ({}),
      ...script(params.label, env),
    }),
  });
}

export const noOpinion: CheckResult = { status: okStatus, validDurationMs: 0, validUseCount: 0 };
export const granted = (amount: number): QuotaResult => ({ status: okStatus, amount, validDurationMs: 1000 });
export const verdict = (code: number, message: string, validDurationMs = 1000, validUseCount = 10): CheckResult => ({ status: statusOf(code, message), validDurationMs, validUseCount });

export interface TestMixer {
  readonly runtime: MixerRuntime;
  readonly logs: string[];
  /** Timers that `after` was asked for. */
  readonly timers: (() => void)[];
  apply(yaml: string): Promise<void>;
  check(attributes: Record<string, Value>, quotas?: Record<string, number>): Promise<CheckResponse>;
  report(bags: readonly Record<string, Value>[]): Promise<void>;
}

export async function testMixer(adapters: readonly Adapter[], yaml = ''): Promise<TestMixer> {
  const logs: string[] = [];
  const timers: (() => void)[] = [];
  const log = (level: string) => (message: string) => void logs.push(`${level}: ${message}`);
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const env = { logger, now: () => 0 } as AdapterEnv;
  const runtime = new MixerRuntime({
    adapters: new Map(adapters.map((adapter) => [adapter.name, adapter])),
    logger,
    monotonicMs: () => 0,
    after: (_, work) => {
      timers.push(work);
      return () => undefined;
    },
    env: () => ({ env, end: () => logs.push('end of work') }),
  });
  const apply = (text: string) => runtime.apply(configOf(manifest + text));
  await apply(yaml);
  return { runtime, logs, timers, apply, ...callsOf(runtime) };
}

function callsOf(runtime: MixerRuntime): Pick<TestMixer, 'check' | 'report'> {
  return {
    async check(attributes, quotas = {}) {
      const message = CheckRequest.fromPartial({
        attributes: compress(Object.entries(attributes), words),
        globalWordCount: globalWords.length,
        deduplicationId: 'id',
        quotas: Object.fromEntries(Object.entries(quotas).map(([name, amount]) => [name, { amount, bestEffort: false }])),
      });
      return CheckResponse.decode(await runtime.check(Buffer.from(CheckRequest.encode(message).finish())));
    },
    async report(bags) {
      const message = ReportRequest.fromPartial({ attributes: bags.map((bag) => compress(Object.entries(bag), words)), globalWordCount: globalWords.length, repeatedAttributesSemantics: 1 });
      await runtime.report(Buffer.from(ReportRequest.encode(message).finish()));
    },
  };
}

function configOf(yaml: string) {
  const objects = parseAllDocuments(yaml).flatMap((document) => {
    const json: unknown = document.toJS();
    if (json === null) return [];
    const { object, problems } = parseManifest(json);
    if (!object) throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
    return [object];
  });
  return mixerConfigOf({ version: '', list: <T>(collection: string) => objects.filter((object) => object.collection === collection) as ConfigObject<T>[], get: () => undefined });
}

/** A manifest of config.istio.io. */
export function manifestOf(kind: string, name: string, spec: object): string {
  const [local = '', namespace = 'istio-system'] = name.split('/').reverse();
  return `---\n${JSON.stringify({ apiVersion: 'config.istio.io/v1alpha2', kind, metadata: { name: local, namespace }, spec })}\n`;
}

export const handler = (name: string, compiledAdapter: string, params: object = {}) => manifestOf('handler', name, { compiledAdapter, params });
export const instance = (name: string, compiledTemplate: string, params: object = {}, more: object = {}) => manifestOf('instance', name, { compiledTemplate, params, ...more });
export const rule = (name: string, spec: object) => manifestOf('rule', name, spec);
