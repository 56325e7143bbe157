import type { Handler, Instance, Rule } from '@quartet/api/istio/policy/v1beta1/cfg';
import type { ConfigObject } from '@quartet/model';

export type Params = Readonly<Record<string, unknown>>;

/** A handler or instance, of the modern kinds or of those named after an adapter or template. */
export interface MixerPart {
  readonly object: ConfigObject;
  /** `name.kind.namespace`. */
  readonly fqn: string;
  /** The adapter, or the template. */
  readonly type: string;
  readonly params: Params;
}

export interface MixerAction {
  readonly rule: ConfigObject<Rule>;
  readonly handler: MixerPart;
  readonly instances: readonly MixerPart[];
}

export interface MixerConfig {
  readonly rules: readonly ConfigObject<Rule>[];
  readonly handlers: readonly MixerPart[];
  readonly instances: readonly MixerPart[];
  readonly actions: readonly MixerAction[];
  /** Actions that Mixer drops: what they name does not exist. */
  readonly dangling: readonly { readonly rule: ConfigObject<Rule>; readonly name: string }[];
}

const adapters = new Set(['denier', 'listchecker', 'memquota', 'redisquota', 'prometheus', 'stdio', 'kubernetesenv', 'noop', 'bypass', 'circonus', 'cloudwatch', 'dogstatsd', 'fluentd', 'opa', 'rbac', 'signalfx', 'solarwinds', 'stackdriver', 'statsd', 'zipkin']);
const templates = new Set(['apikey', 'authorization', 'checknothing', 'edge', 'kubernetes', 'listentry', 'logentry', 'metric', 'quota', 'reportnothing', 'tracespan']);

export function readMixerConfig(objects: readonly ConfigObject[]): MixerConfig {
  const handlers = objects.flatMap((object) => part(object, 'handler', adapters));
  const instances = objects.flatMap((object) => part(object, 'instance', templates));
  const rules = objects.filter(({ kind }) => kind === 'rule') as ConfigObject<Rule>[];
  const dangling: { rule: ConfigObject<Rule>; name: string }[] = [];
  const resolve = (rule: ConfigObject<Rule>, name: string, kind: 'handler' | 'instance'): MixerPart[] => {
    const parts = kind === 'handler' ? handlers : instances;
    const found = references(name, kind, rule.metadata.namespace).map((fqn) => parts.find((one) => one.fqn === fqn)).find((one) => one !== undefined);
    if (!found) dangling.push({ rule, name });
    return found ? [found] : [];
  };
  const actions = rules.flatMap((rule) => rule.spec.actions.flatMap(({ handler, instances: names }) =>
    resolve(rule, handler, 'handler').map((one) => ({ rule, handler: one, instances: names.flatMap((name) => resolve(rule, name, 'instance')) }))));
  return { rules, handlers, instances, actions, dangling };
}

function part(object: ConfigObject, kind: 'handler' | 'instance', legacy: ReadonlySet<string>): MixerPart[] {
  const { metadata } = object;
  const fqn = `${metadata.name}.${object.kind}.${metadata.namespace}`;
  if (legacy.has(object.kind)) return [{ object, fqn, type: object.kind, params: object.spec as Params }];
  if (object.kind !== kind) return [];
  const spec = object.spec as Handler & Instance;
  const type = kind === 'handler' ? spec.compiledAdapter || spec.adapter : spec.compiledTemplate || spec.template;
  return [{ object, fqn, type, params: (spec.params ?? {}) as Params }];
}

/** The full names that a reference may mean, in order; source: mixer's runtime config, fully qualified names. */
export function references(name: string, kind: string, namespace: string): string[] {
  const dots = name.split('.').length - 1;
  if (dots === 2) return [name];
  if (dots === 0) return [`${name}.${kind}.${namespace}`];
  const [first = '', second = ''] = name.split('.');
  return [`${name}.${namespace}`, `${first}.${kind}.${second}`];
}

/** A field of params, in camelCase or snake_case. */
export function field(params: unknown, name: string): unknown {
  if (typeof params !== 'object' || params === null) return undefined;
  const record = params as Params;
  return record[name] ?? record[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

export const listField = (params: unknown, name: string): readonly unknown[] => {
  const value = field(params, name);
  return Array.isArray(value) ? value : [];
};

/** `rule istio-system/deny-ratings` */
export function nameOf({ kind, metadata }: ConfigObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
