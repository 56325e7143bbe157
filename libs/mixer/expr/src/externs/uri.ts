import { EvalError } from '../errors.js';
import { dnsNameEqual } from './dns-name.js';
import { parseUrl, type Url } from './url.js';

/**
 * `uri("http://a/b")`: the text as it is, if it is not empty and parses.
 * @throws EvalError
 */
export function uri(text: string): string {
  if (text === '') throw new EvalError('error converting string to uri: empty string');
  convert(text);
  return text;
}

/**
 * Schemes compare without case; of http and https also the hosts as DNS names, the ports as text; the rest exactly.
 * @throws EvalError if one of them is no URI
 */
export function uriEqual(left: string, right: string): boolean {
  const a = convert(left);
  const b = convert(right);
  if (a.scheme !== b.scheme) return false;
  if (a.scheme !== 'http' && a.scheme !== 'https') return a.authority === b.authority && restEqual(a, b);
  return dnsNameEqual(a.hostname, b.hostname) && a.port === b.port && a.userinfo === b.userinfo && restEqual(a, b);
}

function restEqual(a: Url, b: Url): boolean {
  return a.opaque === b.opaque && a.path === b.path && a.query === b.query && a.fragment === b.fragment;
}

function convert(text: string): Url {
  try {
    return parseUrl(text);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new EvalError(`error converting string to uri '${text}': '${error.message}'`);
  }
}
