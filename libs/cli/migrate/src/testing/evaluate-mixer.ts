import type { Rule } from '@quartet/api/istio/policy/v1beta1/cfg';
import { compileExpression, EvalError, parseIp, type AttributeSource, type Value, ValueType } from '@quartet/mixer-expr';
import type { ConfigObject } from '@quartet/model';
import { RE2JS } from 're2js';
import { readMixerConfig, type MixerAction, type MixerPart } from '../mixer/mixer-config.js';
import { inRange } from './evaluate-rbac.js';
import type { TestRequest } from './request.js';

const { STRING, STRING_MAP, INT64, IP_ADDRESS, BOOL } = ValueType;
const types = new Map<string, ValueType>([
  ...['request.path', 'request.url_path', 'request.method', 'request.host', 'request.useragent', 'request.referer', 'source.principal', 'source.namespace', 'source.serviceAccount', 'destination.namespace', 'destination.service.host', 'destination.service.name', 'destination.service.namespace', 'context.protocol', 'context.reporter.kind'].map((name) => [name, STRING] as const),
  ...['request.headers', 'source.labels', 'destination.labels'].map((name) => [name, STRING_MAP] as const),
  ['destination.port', INT64], ['source.ip', IP_ADDRESS], ['origin.ip', IP_ADDRESS], ['connection.mtls', BOOL],
]);
const env = { attributes: (name: string) => types.get(name) };

type Labels = Readonly<Record<string, string>>;

/** The attributes of a request at the sidecar of its destination, with kubernetesenv's; for tests. */
export function attributesOf(request: TestRequest, labelsOf: (principal: string) => Labels): AttributeSource {
  const { headers, principal, workload, world } = request;
  const grpc = /^application\/grpc(\+proto|\+json)?$/.test(headers['content-type'] ?? '');
  const map = (record: Labels) => new Map(Object.entries(record));
  const values: Record<string, Value | undefined> = {
    'source.principal': principal, 'source.namespace': principal?.split('/')[2], 'source.serviceAccount': principal?.split('/')[4], 'source.labels': map(principal ? labelsOf(principal) : {}),
    'source.ip': parseIp(request.address), 'origin.ip': parseIp(request.address), 'connection.mtls': principal !== undefined,
    'destination.namespace': workload.namespace, 'destination.labels': map(workload.labels), 'destination.port': request.port,
    'context.protocol': world === 'tcp' ? 'tcp' : grpc ? 'grpc' : 'http', 'context.reporter.kind': 'inbound',
    ...(world === 'http' && {
      'request.headers': map(headers), 'request.path': headers[':path'], 'request.url_path': headers[':path']?.split('?')[0], 'request.method': headers[':method'], 'request.host': headers[':authority'],
      'request.useragent': headers['user-agent'], 'request.referer': headers['referer'],
      'destination.service.host': workload.service.host, 'destination.service.name': workload.service.name, 'destination.service.namespace': workload.service.namespace,
    }),
  };
  return { get: (name) => values[name] };
}

/** Whether Mixer lets a request through, a failed Check refusing it. */
export function mixerAllows(objects: readonly ConfigObject[], request: TestRequest, labelsOf: (principal: string) => Labels): boolean {
  const bag = attributesOf(request, labelsOf);
  return readMixerConfig(objects).actions
    .filter(({ rule }) => rule.metadata.namespace === 'istio-system' || rule.metadata.namespace === request.workload.namespace)
    .filter(({ rule }) => applies(rule, bag))
    .every((action) => actionAllows(action, bag, request.address));
}

function applies({ spec: { match } }: ConfigObject<Rule>, bag: AttributeSource): boolean {
  try {
    return match.trim() === '' || compileExpression(match, env).evalBoolean(bag);
  } catch (error) {
    if (error instanceof EvalError) return false;
    throw error;
  }
}

function actionAllows({ handler, instances }: MixerAction, bag: AttributeSource, address: string): boolean {
  if (handler.type === 'denier') return instances.length === 0;
  return instances.every((instance) => listAllows(handler.params, instance, { bag, address }));
}

function listAllows(params: MixerPart['params'], instance: MixerPart, { bag, address }: { bag: AttributeSource; address: string }): boolean {
  const entries = params['overrides'] as string[];
  const listed = (value: Value): boolean => {
    switch (params['entryType']) {
      case 'IP_ADDRESSES':
        return entries.some((entry) => inRange(address, { addressPrefix: entry.split('/')[0] ?? '', prefixLen: Number(entry.split('/')[1] ?? 32) }));
      case 'REGEX':
        return entries.some((entry) => RE2JS.compile(entry).matcher(String(value)).find());
      case 'CASE_INSENSITIVE_STRINGS':
        return entries.some((entry) => entry.toUpperCase() === String(value).toUpperCase());
      default:
        return entries.includes(String(value));
    }
  };
  try {
    return listed(compileExpression(String(instance.params['value']), env).eval(bag)) !== (params['blacklist'] === true);
  } catch (error) {
    if (error instanceof EvalError) return false;
    throw error;
  }
}
