import { quote } from '../text/quote.js';
import { EvalError } from '../errors.js';

/** A URL taken apart as Go's net/url does it, each part as written but the scheme, which is in lower case. */
export interface Url {
  readonly scheme: string;
  /** What follows `scheme:` when no slash does, without query and fragment. */
  readonly opaque: string;
  readonly authority: string | undefined;
  readonly userinfo: string;
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  /** With its `?`; empty if there is none. */
  readonly query: string;
  /** Decoded. */
  readonly fragment: string;
}

/** @throws EvalError `parse <text>: <why>`, as Go 1.13 says it */
export function parseUrl(text: string): Url {
  try {
    return split(text);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new EvalError(`parse ${text}: ${error.message}`);
  }
}

function split(text: string): Url {
  const hash = text.indexOf('#');
  const whole = hash < 0 ? text : text.slice(0, hash);
  const fragment = hash < 0 ? '' : unescape(text.slice(hash + 1));
  if (/[\x00-\x1f\x7f]/.test(whole)) throw new EvalError('net/url: invalid control character in URL');
  const { scheme, rest: afterScheme } = splitScheme(whole);
  const mark = afterScheme.indexOf('?');
  const query = mark < 0 ? '' : afterScheme.slice(mark);
  const rest = mark < 0 ? afterScheme : afterScheme.slice(0, mark);
  const none = { scheme, opaque: '', authority: undefined, userinfo: '', hostname: '', port: '', path: '', query, fragment };
  if (whole === '*') return { ...none, path: '*' };
  if (!rest.startsWith('/') && scheme !== '') return { ...none, opaque: rest };
  if (!rest.startsWith('/')) refuseColonInFirstSegment(rest);
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return { ...none, path: checkedPath(rest) };
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  return { ...none, authority, ...splitAuthority(authority), path: checkedPath(slash < 0 ? '' : rest.slice(slash)) };
}

function splitScheme(text: string): { scheme: string; rest: string } {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text);
  if (match) return { scheme: (match[1] ?? '').toLowerCase(), rest: text.slice(match[0].length) };
  if (text.startsWith(':')) throw new EvalError('missing protocol scheme');
  return { scheme: '', rest: text };
}

function refuseColonInFirstSegment(path: string): void {
  const colon = path.indexOf(':');
  const slash = path.indexOf('/');
  if (colon >= 0 && (slash < 0 || colon < slash)) throw new EvalError('first path segment in URL cannot contain colon');
}

function splitAuthority(authority: string): Pick<Url, 'userinfo' | 'hostname' | 'port'> {
  const at = authority.lastIndexOf('@');
  const userinfo = at < 0 ? '' : authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new EvalError('net/url: invalid userinfo');
  unescape(userinfo);
  const host = authority.slice(at + 1);
  return { userinfo, ...(host.startsWith('[') ? splitBracketed(host) : splitHost(host)) };
}

function splitBracketed(host: string): Pick<Url, 'hostname' | 'port'> {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new EvalError("missing ']' in host");
  const after = host.slice(close + 1);
  refusePort(after);
  const inside = host.slice(1, close);
  const zone = inside.indexOf('%25');
  const hostname = zone < 0 ? unescapeHost(inside) : unescapeHost(inside.slice(0, zone)) + unescape(inside.slice(zone));
  return { hostname, port: after.slice(1) };
}

function splitHost(host: string): Pick<Url, 'hostname' | 'port'> {
  const colon = host.indexOf(':');
  if (colon < 0) return { hostname: unescapeHost(host), port: '' };
  refusePort(host.slice(host.lastIndexOf(':')));
  return { hostname: unescapeHost(host.slice(0, colon)), port: host.slice(colon + 1) };
}

function refusePort(text: string): void {
  if (text !== '' && !/^:[0-9]*$/.test(text)) throw new EvalError(`invalid port ${quote(text)} after host`);
}

function checkedPath(path: string): string {
  unescape(path);
  return path;
}

/** In a host only non-ASCII may be escaped, and few signs may stand. */
function unescapeHost(host: string): string {
  const bad = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/u.exec(host)?.[0];
  if (bad !== undefined) throw new EvalError(`invalid character ${quote(bad)} in host name`);
  const ascii = /%[0-7][0-9a-fA-F]/.exec(host)?.[0];
  if (ascii !== undefined && ascii !== '%25') throw new EvalError(`invalid URL escape ${quote(ascii)}`);
  return unescape(host);
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function unescape(text: string): string {
  if (!text.includes('%')) return text;
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(text)?.[0];
  if (bad !== undefined) throw new EvalError(`invalid URL escape ${quote(bad)}`);
  const bytes = encoder.encode(text);
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x25) out.push(bytes[at] ?? 0);
    else {
      out.push(Number.parseInt(String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0), 16));
      at += 2;
    }
  }
  return decoder.decode(new Uint8Array(out));
}
