import type { Dimension, HeaderCondition, RateLimit, TokenBucket } from './rate-limit.js';

type Json = Readonly<Record<string, unknown>>;

/** What an EnvoyFilter must be to mean a RateLimit: the filter with its buckets, and on the virtual hosts what fills its descriptors. */
export function rateLimitFilter({ metadata, spec }: RateLimit): Json {
  const id = `${metadata.namespace}/${metadata.name}`;
  const plain = !spec.match && !spec.dimensions;
  const ports = spec.ports ?? [undefined];
  const filter = {
    name: 'envoy.filters.http.local_ratelimit',
    typedConfig: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
      statPrefix: `rate_limit.${metadata.namespace}.${metadata.name}`,
      filterEnabled: always, filterEnforced: always,
      tokenBucket: plain ? spec.tokenBucket : endless,
      ...(!plain && { descriptors: descriptors(id, spec), alwaysConsumeDefaultTokenBucket: false }),
    },
  };
  const patches = ports.flatMap((portNumber) => [
    { applyTo: 'HTTP_FILTER', match: { context: 'SIDECAR_INBOUND', listener: { ...(portNumber !== undefined && { portNumber }), filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager', subFilter: { name: 'envoy.filters.http.router' } } } } }, patch: { operation: 'INSERT_BEFORE', value: filter } },
    ...(plain ? [] : [{ applyTo: 'VIRTUAL_HOST', match: { context: 'SIDECAR_INBOUND', ...(portNumber !== undefined && { routeConfiguration: { portNumber } }) }, patch: { operation: 'MERGE', value: { rateLimits: actions(id, spec) } } }]),
  ]);
  const selector = spec.workloadSelector ? { workloadSelector: spec.workloadSelector } : {};
  return { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata, spec: { ...selector, configPatches: patches } };
}

const always = { defaultValue: { numerator: 100, denominator: 'HUNDRED' } };
/** The filter needs a bucket for requests that no descriptor limits. */
const endless: TokenBucket = { maxTokens: 4_294_967_295, tokensPerFill: 4_294_967_295, fillInterval: '1s' };

const keyOf = (dimension: Dimension): string => ('source' in dimension ? 'remote_address' : dimension.name);

/** An entry without a value stands for any, each with a bucket of its own. */
function descriptors(id: string, { tokenBucket, match, dimensions = [], overrides = [] }: RateLimit['spec']): Json[] {
  const fixed = [{ key: 'rate_limit', value: id }, ...(match ? [{ key: 'match', value: 'true' }] : [])];
  const one = (bucket: TokenBucket, values: Readonly<Record<string, string>>) => ({ entries: [...fixed, ...dimensions.map((dimension) => ({ key: keyOf(dimension), ...(values[dimension.name] !== undefined && { value: values[dimension.name] }) }))], tokenBucket: bucket });
  return [...overrides.map(({ values, tokenBucket: bucket }) => one(bucket, values)), one(tokenBucket, {})];
}

/** One entry for each way in which a request may have or lack the dimensions' headers. */
function actions(id: string, { match, dimensions = [] }: RateLimit['spec']): Json[] {
  const own: Json[] = [{ genericKey: { descriptorKey: 'rate_limit', descriptorValue: id } }];
  const matched: Json[][] = match ? match.map(({ headers }) => [{ headerValueMatch: { descriptorKey: 'match', descriptorValue: 'true', headers: headers.map(headerMatcher) } }]) : [[]];
  const started = matched.map((actionsOfMatch) => [...own, ...actionsOfMatch]);
  return dimensions.reduce((lists, dimension) => lists.flatMap((list) => dimensionActions(dimension).map((action) => [...list, action])), started).map((list) => ({ actions: list }));
}

function dimensionActions(dimension: Dimension): Json[] {
  if ('source' in dimension) return [{ remoteAddress: {} }];
  const { name, header, default: fallback } = dimension;
  const present = { requestHeaders: { headerName: header, descriptorKey: name } };
  if (fallback === undefined) return [present];
  return [present, { headerValueMatch: { descriptorKey: name, descriptorValue: fallback, headers: [{ name: header, presentMatch: true, invertMatch: true }] } }];
}

/** envoy.config.route.v3.HeaderMatcher */
export function headerMatcher({ name, exact, prefix, suffix, regex, present, ignoreCase, missingIsEmpty, not }: HeaderCondition): Json {
  const text = exact !== undefined ? { exact } : prefix !== undefined ? { prefix } : suffix !== undefined ? { suffix } : { safeRegex: { regex } };
  return {
    name,
    ...(present ? { presentMatch: true } : { stringMatch: { ...text, ...(ignoreCase && { ignoreCase }) } }),
    ...(missingIsEmpty && { treatMissingHeaderAsEmpty: true }),
    ...(not && { invertMatch: true }),
  };
}
