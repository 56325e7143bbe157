import { HeaderMatcher, QueryParameterMatcher } from '@quartet/api/envoy/config/route/v3/route_components';
import { StringMatcher } from '@quartet/api/envoy/type/matcher/v3/string';
import type { HeaderMatchView, StringMatchView } from '../view/route-view.js';

/** A condition on a string; RE2 syntax, the whole string. */
export function stringMatcher(match: Exclude<StringMatchView, { present: true }>): StringMatcher {
  if ('exact' in match) return StringMatcher.fromPartial({ exact: match.exact });
  if ('prefix' in match) return StringMatcher.fromPartial({ prefix: match.prefix });
  if ('suffix' in match) return StringMatcher.fromPartial({ suffix: match.suffix });
  return StringMatcher.fromPartial({ safeRegex: { regex: match.regex } });
}

export function headerMatcher({ name, match }: HeaderMatchView): HeaderMatcher {
  return HeaderMatcher.fromPartial('present' in match ? { name, presentMatch: true } : { name, stringMatch: stringMatcher(match) });
}

export function queryMatcher({ name, match }: HeaderMatchView): QueryParameterMatcher {
  return QueryParameterMatcher.fromPartial('present' in match ? { name, presentMatch: true } : { name, stringMatch: stringMatcher(match) });
}
