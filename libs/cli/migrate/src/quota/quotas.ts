import type { QuotaRule, QuotaSpec, QuotaSpecBinding, StringMatch } from '@quartet/api/istio/mixer/v1/config/client/quota';
import { ExprError } from '@quartet/mixer-expr';
import { durationMs, formatDuration, parseDuration, type ConfigObject } from '@quartet/model';
import { textAttributes, type AttributeContext } from '../expression/attributes.js';
import { testText } from '../expression/text-source.js';
import type { MeshFacts } from '../facts/mesh-facts.js';
import type { BackedService } from '../facts/services.js';
import { always, and, lit, or, someLiteral, type Formula } from '../formula/formula.js';
import type { TextMatch } from '../formula/text-match.js';
import { checkRule } from '../mixer/manifest.js';
import { field, listField, nameOf, type MixerAction, type MixerPart } from '../mixer/mixer-config.js';
import type { NotCarried } from '../not-carried.js';
import { NotTranslatable } from '../not-translatable.js';
import type { Document } from '../output/document.js';
import { ruleMatch } from '../policy/denial.js';
import { splitByTarget } from '../policy/target.js';
import { readDimensions } from './dimensions.js';
import { rateLimitMatch } from './header-conditions.js';
import { rateLimitFilter } from './rate-limit-filter.js';
import type { RateLimit, TokenBucket } from './rate-limit.js';

export interface QuotaContext {
  readonly facts: MeshFacts;
  readonly objects: readonly ConfigObject[];
  readonly as: 'RateLimit' | 'EnvoyFilter';
}

/** A rule of a QuotaSpec that asks for a quota of requests to a service. */
interface Request {
  readonly spec: ConfigObject<QuotaSpec>;
  readonly binding: ConfigObject<QuotaSpecBinding>;
  readonly rule: QuotaRule;
  readonly charge: number;
  readonly service: BackedService;
}

/** Rate limits for the actions of memquota and redisquota. */
export function migrateQuotas(actions: readonly MixerAction[], context: QuotaContext): { documents: Document[]; notCarried: NotCarried[] } {
  const documents: Document[] = [];
  const notCarried: NotCarried[] = [];
  const names = new Map<string, number>();
  for (const action of actions) {
    for (const instance of action.instances) {
      attempt(notCarried, nameOf(action.rule), () => {
        if (instance.type !== 'quota') throw new NotTranslatable(`${action.handler.type} takes no ${instance.type}: Mixer drops the instance`);
        const requests = requestsFor(instance, context);
        if (requests.length === 0) throw new NotTranslatable(`no QuotaSpec with a binding asks for ${instance.object.metadata.name}: it limits nothing`);
        for (const request of requests) attempt(notCarried, nameOf(action.rule), () => documents.push(...rateLimits({ action, instance, request }, context, names)));
      });
    }
  }
  return { documents, notCarried };
}

function attempt(notCarried: NotCarried[], object: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof NotTranslatable || error instanceof ExprError)) throw error;
    notCarried.push({ object, reason: error.message });
  }
}

function requestsFor(instance: MixerPart, { objects, facts }: QuotaContext): Request[] {
  const of = <T>(kind: string) => objects.filter((object) => object.kind === kind) as ConfigObject<T>[];
  const wanted = instance.object.metadata.name.toLowerCase();
  return of<QuotaSpecBinding>('QuotaSpecBinding').flatMap((binding) => binding.spec.quotaSpecs.flatMap(({ name, namespace }) => {
    const spec = of<QuotaSpec>('QuotaSpec').find(({ metadata }) => metadata.name === name && metadata.namespace === (namespace || binding.metadata.namespace));
    if (!spec) return [];
    const asked = spec.spec.rules.flatMap((rule) => rule.quotas.filter(({ quota }) => quota.toLowerCase() === wanted).map(({ charge }) => ({ rule, charge: charge || 1 })));
    return asked.flatMap(({ rule, charge }) => boundServices(binding, facts).map((service) => ({ spec, binding, rule, charge, service })));
  }));
}

/** A service that the folder does not know is kept by its name, so that it is told. */
function boundServices({ metadata, spec }: ConfigObject<QuotaSpecBinding>, { services }: MeshFacts): BackedService[] {
  return spec.services.flatMap(({ name, namespace, domain, service }) => {
    if (service.includes('*')) return services.filter((one) => service === '*' || service === `*.${one.namespace}.*`);
    const host = service || `${name}.${namespace || metadata.namespace}.${domain || 'svc.cluster.local'}`;
    const known = services.find((one) => one.host === host);
    return [known ?? { host, name, namespace, targetPorts: undefined, onlyHttp: true }];
  });
}

interface Source {
  readonly action: MixerAction;
  readonly instance: MixerPart;
  readonly request: Request;
}

function rateLimits(source: Source, context: QuotaContext, names: Map<string, number>): Document[] {
  const { action: { rule, handler }, instance, request } = source;
  checkRule(source.action, context.objects);
  const attributes: AttributeContext = { facts: context.facts, world: 'http' };
  const condition = and(lit({ kind: 'destination-host', host: request.service.host }), ruleMatch(rule.spec.match, attributes), specMatch(request.rule, attributes));
  const { free, fixed } = readDimensions(field(instance.params, 'dimensions'), request.service);
  const buckets = bucketsOf(handler, instance, { charge: request.charge, fixed, free: free.map(({ name }) => name) });
  return splitByTarget(condition, rule.metadata.namespace, context.facts).map(({ target, formula }) => {
    const { ports, rest } = splitPorts(formula);
    const match = rateLimitMatch(rest);
    const limit: RateLimit = {
      apiVersion: 'quartet.io/v1alpha1', kind: 'RateLimit', metadata: { name: uniqueName(names, target.namespace, rule.metadata.name), namespace: target.namespace },
      spec: { ...(Object.keys(target.labels).length > 0 && { workloadSelector: { labels: target.labels } }), ...(ports && { ports }), tokenBucket: buckets.tokenBucket, ...(match && { match }), ...(free.length > 0 && { dimensions: free }), ...(buckets.overrides.length > 0 && { overrides: buckets.overrides }) },
    };
    return { comment: commentOf(source), object: context.as === 'RateLimit' ? { ...limit } : rateLimitFilter(limit) };
  });
}

function uniqueName(names: Map<string, number>, namespace: string, name: string): string {
  const count = (names.get(`${namespace}/${name}`) ?? 0) + 1;
  names.set(`${namespace}/${name}`, count);
  return count === 1 ? name : `${name}-${count}`;
}

/** No match = every request; of several one must hold, each with all its clauses. */
function specMatch({ match }: QuotaRule, context: AttributeContext): Formula {
  return match.length === 0 ? always : or(...match.map(({ clause }) => and(...Object.entries(clause).map(([name, test]) => {
    const reader = textAttributes[name];
    if (!reader) throw new NotTranslatable(`the QuotaSpec matches ${name}, which Envoy can't read`);
    return testText([reader(context)], stringMatch(test)).yes;
  }))));
}

function stringMatch({ exact, prefix, regex }: StringMatch): TextMatch {
  if (exact !== undefined) return { kind: 'exact', text: exact };
  return prefix !== undefined ? { kind: 'prefix', text: prefix } : { kind: 'regex', text: regex ?? '' };
}

function splitPorts(formula: Formula): { ports?: number[]; rest: Formula } {
  const parts = formula.kind === 'and' ? formula.parts : [formula];
  const isPorts = (part: Formula): boolean => (part.kind === 'literal' ? part.literal.kind === 'port' && !part.negated : part.kind === 'or' && part.parts.every(isPorts));
  const ports: number[] = [];
  for (const part of parts.filter(isPorts)) someLiteral(part, (literal) => (literal.kind === 'port' && ports.push(literal.port), false));
  return { ...(ports.length > 0 && { ports }), rest: and(...parts.filter((part) => !isPorts(part))) };
}

/** A request costs `charge` of the quota and one token of a bucket. @throws NotTranslatable */
function bucketsOf(handler: MixerPart, instance: MixerPart, { charge, fixed, free }: { charge: number; fixed: Readonly<Record<string, string>>; free: readonly string[] }) {
  const quota = listField(handler.params, 'quotas').find((one) => field(one, 'name') === instance.fqn);
  if (quota === undefined) throw new NotTranslatable(`${nameOf(handler.object)} has no limit for ${instance.fqn}: Mixer does not build the handler`);
  const bucket = (from: unknown): TokenBucket => tokenBucket(from, quota, charge);
  let base = bucket(quota);
  const overrides: { values: Record<string, string>; tokenBucket: TokenBucket }[] = [];
  for (const override of listField(quota, 'overrides')) {
    const values = Object.entries((field(override, 'dimensions') ?? {}) as Record<string, unknown>).map(([name, value]) => [name, String(value)] as const);
    if (values.some(([name, value]) => (fixed[name] ?? value) !== value)) continue;
    const open = Object.fromEntries(values.filter(([name]) => free.includes(name)));
    if (Object.keys(open).length === 0) {
      base = bucket(override);
      break;
    }
    if (Object.keys(open).length < free.length) throw new NotTranslatable(`an override names only some of the dimensions ${free.join(', ')}`);
    overrides.push({ values: open, tokenBucket: bucket(override) });
  }
  return { tokenBucket: base, overrides };
}

function tokenBucket(from: unknown, quota: unknown, charge: number): TokenBucket {
  const text = String(field(from, 'validDuration') ?? field(quota, 'validDuration') ?? '0');
  const duration = parseDuration(text);
  if (!duration || durationMs(duration) <= 0) throw new NotTranslatable('a quota without validDuration is a counter that releases give back to, and no rate');
  const tokens = Math.floor(Number(field(from, 'maxAmount')) / charge);
  if (!(tokens >= 1)) throw new NotTranslatable('its maxAmount allows no request at all; deny them instead');
  return { maxTokens: tokens, tokensPerFill: tokens, fillInterval: formatDuration(duration) };
}

function commentOf({ action: { rule, handler }, instance, request }: Source): string[] {
  const shared = handler.type === 'redisquota' ? 'in Redis, for all workloads together' : 'in each Mixer, for all workloads together';
  return [
    `Replaces ${[rule, handler.object, instance.object, request.spec, request.binding].map(nameOf).join(', ')}, for ${request.service.host}.`,
    `Not the same: Mixer counted ${shared}; this is a bucket in each workload's Envoy, which refills over time.`,
    'For one limit of all workloads use the global rate limit service (apps/ratelimit).',
  ];
}
