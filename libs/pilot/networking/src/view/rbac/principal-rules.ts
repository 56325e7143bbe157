import type { RbacMatch, RbacRule } from '../rbac-view.js';
import { nobody, some, textMatch } from './match.js';

const SCHEME = 'spiffe://';
const JWT_METADATA = 'envoy.filters.http.jwt_authn';

/** What source conditions are made of for one workload. */
export interface PrincipalContext {
  /** What `*` means: `.+` for AuthorizationPolicy, `.*` for ServiceRoleBinding. */
  readonly wildcard: RbacMatch;
  /** Issuers whose tokens the workload's authentication policy takes. */
  readonly issuers: readonly string[];
}

/**
 * `td/ns/N/sa/S` against the URI in the peer's certificate. Istio 1.4 compared what its own filter had put into metadata, and on TCP
 * put the scheme before a suffix, which never matched; here both compare the certificate.
 */
export function principalRule(value: string, { wildcard }: PrincipalContext): RbacRule {
  const match = textMatch(value, wildcard);
  if ('exact' in match) return { kind: 'source.principal', match: { exact: SCHEME + match.exact } };
  return { kind: 'source.principal', match: 'prefix' in match ? { prefix: SCHEME + match.prefix } : match };
}

export function namespaceRule(value: string): RbacRule {
  return { kind: 'source.principal', match: { regex: `.*/ns/${value.replaceAll('*', '.*')}/.*` } };
}

/** A claim of any accepted issuer's token, whether it is a text or a list of texts. */
export function claimRule(claim: string, value: string, context: PrincipalContext): RbacRule {
  const match = textMatch(value, context.wildcard);
  return oneOf(context.issuers.flatMap((issuer): RbacRule[] => [
    { kind: 'metadata', filter: JWT_METADATA, path: [issuer, claim], match, list: false },
    { kind: 'metadata', filter: JWT_METADATA, path: [issuer, claim], match, list: true },
  ]));
}

/** `iss/sub` of the end user's token. */
export function requestPrincipalRule(value: string, context: PrincipalContext): RbacRule {
  return oneOf(context.issuers.flatMap((issuer): RbacRule[] => {
    const subject = subjectMatch(value, issuer, context.wildcard);
    return subject ? [{ kind: 'metadata', filter: JWT_METADATA, path: [issuer, 'sub'], match: subject, list: false }] : [];
  }));
}

/** What is left for the subject when `issuer/` has matched the beginning of the value; undefined if it can't. */
function subjectMatch(value: string, issuer: string, wildcard: RbacMatch): RbacMatch | undefined {
  const match = textMatch(value, wildcard);
  const lead = `${issuer}/`;
  if ('exact' in match) return match.exact.startsWith(lead) ? { exact: match.exact.slice(lead.length) } : undefined;
  if ('prefix' in match) {
    if (match.prefix.startsWith(lead)) return { prefix: match.prefix.slice(lead.length) };
    return lead.startsWith(match.prefix) ? wildcard : undefined;
  }
  if ('suffix' in match) {
    if (!match.suffix.includes('/')) return match;
    const at = [...match.suffix].findIndex((_, i) => match.suffix[i] === '/' && lead.endsWith(match.suffix.slice(0, i + 1)));
    return at < 0 ? match : { exact: match.suffix.slice(at + 1) };
  }
  return wildcard;
}

const oneOf = (rules: readonly RbacRule[]): RbacRule => (rules.length > 0 ? some(rules) : nobody);
