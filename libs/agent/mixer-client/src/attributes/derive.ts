import type { StringMap } from './value.js';

const spiffePrefix = 'spiffe://';

/** Identity without its scheme; undefined unless it is a SPIFFE id. */
export function principalOf(uri: string): string | undefined {
  return uri.startsWith(spiffePrefix) ? uri.slice(spiffePrefix.length) : undefined;
}

/** `<ns>` of `<trust domain>/ns/<ns>/sa/<account>`. */
export function namespaceOf(principal: string): string | undefined {
  const start = principal.indexOf('/ns/');
  if (start < 0) return undefined;
  const end = principal.indexOf('/', start + 4);
  return principal.slice(start + 4, end < 0 ? undefined : end) || undefined;
}

export function urlPathOf(path: string): string {
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}

/** Parameters as they stand in the URL, not decoded; undefined if there are none. */
export function queryParamsOf(path: string): StringMap | undefined {
  const start = path.indexOf('?');
  if (start < 0 || start === path.length - 1) return undefined;
  const params = new Map<string, string>();
  for (const pair of path.slice(start + 1).split('&')) {
    const equals = pair.indexOf('=');
    if (equals < 0) params.set(pair, '');
    else params.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return params;
}

const grpcContentTypes: ReadonlySet<string> = new Set(['application/grpc', 'application/grpc+proto', 'application/grpc+json']);

/** `context.protocol` of an HTTP request. */
export function protocolOf(contentType: string | undefined): 'grpc' | 'http' {
  return contentType !== undefined && grpcContentTypes.has(contentType) ? 'grpc' : 'http';
}

/** What of a metadata value fits a string map: strings and lists of strings, comma-joined. */
export function flatten(fields: Readonly<Record<string, unknown>>): Map<string, string> {
  const map = new Map<string, string>();
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'string') map.set(key, value);
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) map.set(key, value.join(','));
  }
  return map;
}
