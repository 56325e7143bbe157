import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { HeaderMatcher, RateLimit as RouteRateLimit, RateLimit_Action_HeaderValueMatch, type RateLimit_Action as Action } from '@quartet/api/envoy/config/route/v3/route_components';
import { LocalRateLimitDescriptor } from '@quartet/api/envoy/extensions/common/ratelimit/v3/ratelimit';
import { LocalRateLimit } from '@quartet/api/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit';
import type { HttpFilter } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { TokenBucket as EnvoyTokenBucket } from '@quartet/api/envoy/type/v3/token_bucket';
import { UInt32Value } from '@quartet/api/google/protobuf/wrappers';
import type {
  RateLimit_Dimension as Dimension, RateLimit_HeaderCondition as HeaderCondition, RateLimit_TokenBucket as TokenBucket,
} from '@quartet/api/quartet/v1alpha1/rate_limit';
import type { RateLimitView } from '../view/rate-limit.js';
import { packAny } from './any.js';
import { httpFilter } from './mixer.js';

const FILTER = 'envoy.filters.http.local_ratelimit';
const always = { defaultValue: { numerator: 100, denominator: 0 } };
/** The filter needs a bucket for requests that no descriptor limits. */
const endless: EnvoyTokenBucket = { maxTokens: 4_294_967_295, tokensPerFill: 4_294_967_295, fillInterval: { seconds: 1, nanos: 0 } };

/** Field of LocalRateLimit that the codecs in use do not know yet: buckets for values not known beforehand; the oldest are forgotten. */
const MAX_DYNAMIC_DESCRIPTORS = 18;
const mostValues = 4096;

const perValue = ({ spec }: RateLimitView): boolean => spec.match.length > 0 || spec.dimensions.length > 0;

/** One filter a limit, so that one's flood of values can't push out another's buckets. */
export function rateLimitFilter(view: RateLimitView): HttpFilter {
  const config = LocalRateLimit.fromPartial({
    statPrefix: `rate_limit.${view.id.replace('/', '.')}`, filterEnabled: always, filterEnforced: always,
    tokenBucket: perValue(view) ? endless : bucket(view.spec.tokenBucket),
    ...(perValue(view) ? { descriptors: descriptors(view), alwaysConsumeDefaultTokenBucket: false } : {}),
  });
  const typedConfig = packAny('envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', LocalRateLimit, config);
  if (view.spec.dimensions.length === 0) return httpFilter(FILTER, typedConfig);
  const writer = new BinaryWriter().raw(typedConfig.value).uint32((MAX_DYNAMIC_DESCRIPTORS << 3) | 2).bytes(UInt32Value.encode({ value: mostValues }).finish());
  return httpFilter(FILTER, { ...typedConfig, value: Buffer.from(writer.finish()) });
}

function bucket(from: TokenBucket | undefined): EnvoyTokenBucket {
  const maxTokens = from?.maxTokens ?? 1;
  return { maxTokens, tokensPerFill: from?.tokensPerFill || maxTokens, fillInterval: from?.fillInterval };
}

const keyOf = ({ name, source }: Dimension): string => (source === undefined ? name : 'remote_address');

/** An entry without a value stands for any, each with a bucket of its own. */
function descriptors({ id, spec }: RateLimitView): LocalRateLimitDescriptor[] {
  const fixed = [{ key: 'rate_limit', value: id }, ...(spec.match.length > 0 ? [{ key: 'match', value: 'true' }] : [])];
  const one = (tokenBucket: TokenBucket | undefined, values: Readonly<Record<string, string>>) => LocalRateLimitDescriptor.fromPartial({
    entries: [...fixed, ...spec.dimensions.map((dimension) => ({ key: keyOf(dimension), value: values[dimension.name] ?? '' }))], tokenBucket: bucket(tokenBucket),
  });
  return [...spec.overrides.map(({ values, tokenBucket }) => one(tokenBucket, values)), one(spec.tokenBucket, {})];
}

/** What fills the descriptors of a request: one entry for each way in which it may match, and have or lack the dimensions' headers. */
export function rateLimitActions(views: readonly RateLimitView[]): RouteRateLimit[] {
  return views.filter(perValue).flatMap(({ id, spec }) => {
    const own: Partial<Action> = { genericKey: { descriptorKey: 'rate_limit', descriptorValue: id } };
    const matches = spec.match.map(({ headers }): Partial<Action>[] => [own, valueMatch('match', 'true', headers.map(headerMatcher))]);
    const started = matches.length > 0 ? matches : [[own]];
    const lists = spec.dimensions.reduce((all, dimension) => all.flatMap((list) => dimensionActions(dimension).map((action) => [...list, action])), started);
    return lists.map((actions) => RouteRateLimit.fromPartial({ actions }));
  });
}

const valueMatch = (descriptorKey: string, descriptorValue: string, headers: HeaderMatcher[]): Partial<Action> => ({
  headerValueMatch: RateLimit_Action_HeaderValueMatch.fromPartial({ descriptorKey, descriptorValue, headers }),
});

function dimensionActions({ name, header, default: fallback }: Dimension): Partial<Action>[] {
  if (header === undefined) return [{ remoteAddress: {} }];
  const present: Partial<Action> = { requestHeaders: { headerName: header, descriptorKey: name, skipIfAbsent: false } };
  if (fallback === '') return [present];
  return [present, valueMatch(name, fallback, [HeaderMatcher.fromPartial({ name: header, presentMatch: true, invertMatch: true })])];
}

function headerMatcher({ name, exact, prefix, suffix, regex, present, ignoreCase, missingIsEmpty, not }: HeaderCondition): HeaderMatcher {
  const text = { exact, prefix, suffix, safeRegex: regex === undefined ? undefined : { regex }, ignoreCase };
  return HeaderMatcher.fromPartial({ name, ...(present ? { presentMatch: true } : { stringMatch: text }), treatMissingHeaderAsEmpty: missingIsEmpty, invertMatch: not });
}
