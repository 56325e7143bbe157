import { plainKind, type Kind } from './kind.js';

/** kind -> plural of the "one kind per adapter or template" objects of older Mixers, which 1.4 still carries as plain JSON. */
const plurals: Readonly<Record<string, string>> = {
  apikey: 'apikeys', authorization: 'authorizations', bypass: 'bypasses', checknothing: 'checknothings', circonus: 'circonuses',
  cloudwatch: 'cloudwatches', denier: 'deniers', dogstatsd: 'dogstatsds', edge: 'edges', fluentd: 'fluentds', kubernetes: 'kuberneteses',
  kubernetesenv: 'kubernetesenvs', listchecker: 'listcheckers', listentry: 'listentries', logentry: 'logentries', memquota: 'memquotas',
  metric: 'metrics', noop: 'noops', opa: 'opas', prometheus: 'prometheuses', quota: 'quotas', rbac: 'rbacs', redisquota: 'redisquotas',
  reportnothing: 'reportnothings', signalfx: 'signalfxs', solarwinds: 'solarwindses', stackdriver: 'stackdrivers', statsd: 'statsds',
  stdio: 'stdios', tracespan: 'tracespans', zipkin: 'zipkins',
};

/** The compiled templates: a spec is the InstanceParam, every field an expression. */
const templates = ['apikey', 'authorization', 'checknothing', 'edge', 'listentry', 'logentry', 'metric', 'quota', 'reportnothing', 'tracespan'];

/** What a spec must fit; kinds that are missing here are passed through. */
const schemas: Readonly<Record<string, string>> = {
  ...Object.fromEntries(templates.map((template) => [template, `${template}.InstanceParam`])),
  kubernetes: 'adapter.template.kubernetes.InstanceParam',
  ...Object.fromEntries(['denier', 'kubernetesenv', 'memquota', 'prometheus', 'redisquota', 'stdio'].map((adapter) => [adapter, `adapter.${adapter}.config.Params`])),
  listchecker: 'adapter.list.config.Params',
  noop: 'google.protobuf.Empty',
};

export const legacyMixerKinds: readonly Kind[] = Object.freeze(Object.entries(plurals).map(([kind, plural]) => plainKind({
  kind, plural, group: 'config.istio.io', version: 'v1alpha2', collection: `istio/config/v1alpha2/legacy/${plural}`, clusterScoped: false,
}, schemas[kind]) as Kind));
