import type { HTTPMatchRequest, StringMatch } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import type { HeaderMatchView, RouteMatchView, StringMatchView } from './route-view.js';

export const matchAll: RouteMatchView = Object.freeze({ path: { prefix: '/' }, caseSensitive: undefined, headers: [], queryParams: [] });

export function translateMatch(match: HTTPMatchRequest | undefined): RouteMatchView {
  if (!match) return matchAll;
  const pseudo: [string, StringMatch | undefined][] = [[':method', match.method], [':authority', match.authority], [':scheme', match.scheme]];
  const headers = Object.keys(match.headers).sort().map((name): [string, StringMatch | undefined] => [name, match.headers[name]]);
  return {
    path: translatePath(match.uri),
    caseSensitive: !match.ignoreUriCase,
    headers: [...headers, ...pseudo.filter(([, value]) => value !== undefined)].map(([name, value]) => ({ name, match: stringMatch(value) })),
    queryParams: Object.entries(match.queryParams).map(([name, value]): HeaderMatchView => ({ name, match: queryMatch(value) })),
  };
}

function translatePath(uri: StringMatch | undefined): RouteMatchView['path'] {
  if (uri?.exact !== undefined) return { exact: uri.exact };
  if (uri?.regex !== undefined) return { regex: uri.regex };
  return { prefix: uri?.prefix ?? '/' };
}

/** An empty prefix, or no condition at all, only asks that the header is there. */
function stringMatch(match: StringMatch | undefined): StringMatchView {
  if (match?.exact !== undefined) return { exact: match.exact };
  if (match?.regex !== undefined) return { regex: match.regex };
  return match?.prefix ? { prefix: match.prefix } : { present: true };
}

/** Query parameters know no prefix in 1.4: it becomes mere presence. */
function queryMatch(match: StringMatch | undefined): StringMatchView {
  return match?.prefix !== undefined ? { present: true } : stringMatch(match);
}

/** True if nothing after this match can ever be reached. */
export function isCatchAll(match: RouteMatchView): boolean {
  if (match.headers.length > 0 || match.queryParams.length > 0) return false;
  return ('prefix' in match.path && match.path.prefix === '/') || ('regex' in match.path && match.path.regex === '*');
}
