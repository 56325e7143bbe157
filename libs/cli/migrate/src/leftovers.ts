import type { ConfigObject } from '@quartet/model';
import { nameOf, type MixerConfig, type MixerPart } from './mixer/mixer-config.js';
import type { NotCarried } from './not-carried.js';

/** Adapters that have no replacement here, with the way out. */
const adapterReasons: Readonly<Record<string, string>> = {
  kubernetesenv: 'needs no replacement: without Mixer there are no attributes to fill in; workload labels of metrics come from the proxies themselves',
  stdio: 'set accessLogFile, accessLogEncoding and accessLogFormat in the mesh configuration: Envoy writes the access log itself',
  fluentd: "set accessLogFile in the mesh configuration and collect it, or use Envoy's access log service",
  zipkin: 'set enableTracing and the tracer address in the mesh configuration: Envoy sends spans itself',
  statsd: 'configure a statsd sink in the bootstrap of the proxies (statsd_sinks)',
  dogstatsd: 'configure a statsd sink in the bootstrap of the proxies (statsd_sinks)',
  opa: 'run Open Policy Agent as an external authorizer (envoy.filters.http.ext_authz)',
  rbac: 'write AuthorizationPolicies',
  noop: 'needs no replacement: it does nothing',
  bypass: 'an adapter outside Mixer: offer it as an external authorizer or as an access log service',
};

const handled = new Set(['denier', 'listchecker', 'memquota', 'redisquota', 'prometheus']);

/** Everything of Mixer's that nothing above has taken up. */
export function leftovers(config: MixerConfig): NotCarried[] {
  const unused = (part: MixerPart, kind: 'handler' | 'instance') => !config.actions.some(({ handler, instances }) => (kind === 'handler' ? handler === part : instances.includes(part)));
  return [
    ...config.dangling.map(({ rule, name }) => ({ object: nameOf(rule), reason: `names ${name}, which the folder does not have; Mixer drops that action` })),
    ...config.actions.flatMap(({ rule, handler }) => (handled.has(handler.type) ? [] : [{ object: nameOf(rule), reason: `${nameOf(handler.object)} (${handler.type}): ${adapterReasons[handler.type] ?? "this adapter is no part of Envoy; offer it as an external authorizer or as an access log service"}` }])),
    ...config.rules.filter(({ spec }) => spec.requestHeaderOperations.length + spec.responseHeaderOperations.length > 0).map((rule) => ({ object: nameOf(rule), reason: 'its header operations: write them as headers of a route in a VirtualService' })),
    ...config.handlers.filter((part) => unused(part, 'handler')).map(({ object }) => ({ object: nameOf(object), reason: 'no rule uses it' })),
    ...config.instances.filter((part) => unused(part, 'instance')).map(({ object }) => ({ object: nameOf(object), reason: 'no rule uses it' })),
  ];
}

const custom: Readonly<Record<string, string>> = { template: 'describes adapters outside Mixer, which nothing calls without it', adapter: 'describes an adapter outside Mixer, which nothing calls without it' };

export function customAdapters(objects: readonly ConfigObject[]): NotCarried[] {
  return objects.flatMap((object) => (custom[object.kind] ? [{ object: nameOf(object), reason: custom[object.kind] ?? '' }] : []));
}
