import { ExprError } from '@quartet/mixer-expr';
import type { ConfigObject } from '@quartet/model';
import type { MeshFacts } from '../facts/mesh-facts.js';
import { clausesOf } from '../formula/clauses.js';
import { always, never, type Formula } from '../formula/formula.js';
import { checkRule } from '../mixer/manifest.js';
import { field, listField, nameOf, type MixerAction, type MixerPart } from '../mixer/mixer-config.js';
import type { NotCarried } from '../not-carried.js';
import { NotTranslatable } from '../not-translatable.js';
import type { Document } from '../output/document.js';
import { ruleMatch } from '../policy/denial.js';
import { splitByTarget } from '../policy/target.js';
import { headerConditions } from '../quota/header-conditions.js';
import { headerMatcher } from '../quota/rate-limit-filter.js';
import { tagFormat, valueFormat } from './format-commands.js';
import { droppedLabels, standardLabels, standardMetrics } from './standard-metrics.js';

type Json = Readonly<Record<string, unknown>>;

const mostClauses = 16;

/** Statistics of Envoy for the metrics of prometheus handlers. Istio's standard metrics need no configuration. */
export function migrateMetrics(actions: readonly MixerAction[], facts: MeshFacts, objects: readonly ConfigObject[]): { documents: Document[]; notCarried: NotCarried[] } {
  const documents: Document[] = [];
  const notCarried: NotCarried[] = [];
  for (const action of actions) {
    for (const instance of action.instances) {
      try {
        checkRule(action, objects);
        const info = listField(action.handler.params, 'metrics').find((one) => field(one, 'instanceName') === instance.fqn);
        if (info === undefined) throw new NotTranslatable(`${nameOf(action.handler.object)} has no metric for it`);
        documents.push(...metric(action, { instance, info }, facts));
      } catch (error) {
        if (!(error instanceof NotTranslatable || error instanceof ExprError)) throw error;
        notCarried.push({ object: nameOf(instance.object), reason: error.message });
      }
    }
  }
  return { documents, notCarried };
}

interface Metric {
  readonly instance: MixerPart;
  readonly info: unknown;
}

function metric(action: MixerAction, { instance, info }: Metric, facts: MeshFacts): Document[] {
  const replaces = `Replaces ${[action.rule, action.handler.object, instance.object].map(nameOf).join(', ')}`;
  const name = String(field(info, 'name') || field(info, 'instanceName'));
  const prefix = String(field(info, 'namespace') || 'istio');
  const labels = listField(info, 'labelNames').map(String);
  const standard = prefix === 'istio' ? standardMetrics[name] : undefined;
  if (standard !== undefined && labels.every((label) => standardLabels.has(label) || droppedLabels.has(label))) {
    const dropped = labels.filter((label) => droppedLabels.has(label));
    return [{ comment: [`${replaces}: proxies count ${standard} themselves${dropped.length > 0 ? `, without ${dropped.join(' and ')}` : ''}.`] }];
  }
  const formula = ruleMatch(action.rule.spec.match, { facts, world: 'http' });
  if (formula === never) throw new NotTranslatable('a metric of connections: the statistics here are those of requests');
  return splitByTarget(formula, action.rule.metadata.namespace, facts).map(({ target, formula: rest }) => ({
    comment: [`${replaces}: shown as envoy_${safe(prefix)}_${safe(name)} at the proxies of the destination, which count what arrives there; Mixer counted at both ends.`, 'A dimension that is absent shows as "-".'],
    object: statisticsFilter({ name: `${safe(prefix)}-${safe(name)}`.replaceAll('_', '-').toLowerCase(), target, prefix: safe(prefix), stat: statOf(safe(name), { instance, info }), filter: logFilter(rest) }),
  }));
}

/** As Mixer's prometheus adapter makes names safe. */
function safe(name: string): string {
  return name.replace(/^\//, '').replace(/[/. ]/g, '_').replaceAll('-', '');
}

function statOf(name: string, { instance, info }: Metric): Json {
  const dimensions = Object.entries((field(instance.params, 'dimensions') ?? {}) as Record<string, unknown>);
  const stat = { name, tags: dimensions.map(([dimension, text]) => ({ name: dimension, valueFormat: tagFormat(dimension, String(text)) })) };
  const value = valueFormat(String(field(instance.params, 'value')));
  switch (field(info, 'kind')) {
    case 'COUNTER':
    case 2:
      return { counters: [{ stat, ...('fixed' in value ? { valueFixed: value.fixed } : { valueFormat: value.command }) }] };
    case 'DISTRIBUTION':
    case 3:
      if ('fixed' in value) throw new NotTranslatable('a distribution of a constant');
      return { histograms: [{ stat, unit: value.unit, valueFormat: value.command }] };
    default:
      throw new NotTranslatable('a gauge set by requests has no counterpart');
  }
}

/** envoy.config.accesslog.v3.AccessLogFilter of a condition. @throws NotTranslatable */
function logFilter(formula: Formula): Json | undefined {
  if (formula === always) return undefined;
  const clauses = clausesOf(formula, mostClauses);
  if (!clauses) throw new NotTranslatable(`its condition takes more than ${mostClauses} filters`);
  return joined('orFilter', clauses.map((clause) => joined('andFilter', headerConditions(clause).headers.map((condition) => ({ headerFilter: { header: headerMatcher(condition) } })))));
}

function joined(kind: 'orFilter' | 'andFilter', filters: readonly Json[]): Json {
  const [only] = filters;
  return filters.length === 1 && only ? only : { [kind]: { filters } };
}

interface StatisticsFilter {
  readonly name: string;
  readonly target: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly prefix: string;
  readonly stat: Json;
  readonly filter: Json | undefined;
}

function statisticsFilter({ name, target, prefix, stat, filter }: StatisticsFilter): Json {
  const hcm = 'envoy.filters.network.http_connection_manager';
  const logger = { name: 'envoy.access_loggers.stats', ...(filter && { filter }), typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config', statPrefix: prefix, ...stat } };
  const typedConfig = { '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', accessLog: [logger] };
  return {
    apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name, namespace: target.namespace },
    spec: {
      ...(Object.keys(target.labels).length > 0 && { workloadSelector: { labels: target.labels } }),
      configPatches: [{ applyTo: 'NETWORK_FILTER', match: { context: 'SIDECAR_INBOUND', listener: { filterChain: { filter: { name: hcm } } } }, patch: { operation: 'MERGE', value: { name: hcm, typedConfig } } }],
    },
  };
}
