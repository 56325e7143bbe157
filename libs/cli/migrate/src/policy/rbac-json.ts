import { clausesOf } from '../formula/clauses.js';
import { always, and, not, someLiteral, type Formula } from '../formula/formula.js';
import type { Literal } from '../formula/literal.js';
import { quoteRegex, type TextMatch } from '../formula/text-match.js';
import { NotTranslatable } from '../not-translatable.js';

export type Json = Readonly<Record<string, unknown>>;

/** A policy of envoy.config.rbac.v3: it matches if a permission and a principal do. */
export interface RbacPolicy {
  readonly permissions: readonly Json[];
  readonly principals: readonly Json[];
}

const mostPolicies = 64;
const aboutPeer = (literal: Literal): boolean => ['peer', 'principal', 'namespace', 'service-account', 'peer-ip'].includes(literal.kind);
const aboutPort = (literal: Literal): boolean => literal.kind === 'port';

/**
 * Policies of which one matches exactly when the formula holds. Only principals know the client and only permissions
 * the port; where a part mixes both, the formula is written as clauses.
 * @throws NotTranslatable if that needs too many
 */
export function rbacPolicies(formula: Formula): RbacPolicy[] {
  const parts = formula.kind === 'and' ? formula.parts : [formula];
  const mixed = parts.some((part) => someLiteral(part, aboutPeer) && someLiteral(part, aboutPort));
  if (!mixed) return [policy(parts)];
  const clauses = clausesOf(formula, mostPolicies);
  if (!clauses) throw new NotTranslatable(`ports and clients are mixed so that more than ${mostPolicies} policies were needed`);
  return clauses.map((clause) => policy(clause.map((one) => ({ kind: 'literal', ...one }))));
}

function policy(parts: readonly Formula[]): RbacPolicy {
  const principals = and(...parts.filter((part) => someLiteral(part, aboutPeer)));
  const permissions = and(...parts.filter((part) => !someLiteral(part, aboutPeer)));
  return { permissions: [rule(permissions, permissionWords)], principals: [rule(principals, principalWords)] };
}

interface Words {
  readonly and: [string, string];
  readonly or: [string, string];
  readonly not: string;
  readonly path: string;
}

const permissionWords: Words = { and: ['andRules', 'rules'], or: ['orRules', 'rules'], not: 'notRule', path: 'urlPath' };
const principalWords: Words = { and: ['andIds', 'ids'], or: ['orIds', 'ids'], not: 'notId', path: 'urlPath' };

function rule(formula: Formula, words: Words): Json {
  if (formula.kind === 'constant') return formula === always ? { any: true } : { [words.not]: { any: true } };
  if (formula.kind === 'literal') return formula.negated ? { [words.not]: rule(not(formula), words) } : literalJson(formula.literal, words);
  const [outer, inner] = words[formula.kind];
  return { [outer]: { [inner]: formula.parts.map((part) => rule(part, words)) } };
}

function literalJson(literal: Literal, words: Words): Json {
  switch (literal.kind) {
    case 'header':
      return { header: { name: literal.name, stringMatch: stringMatcher(literal.match), ...(literal.missingIsEmpty && { treatMissingHeaderAsEmpty: true }) } };
    case 'header-present':
      return { header: { name: literal.name, presentMatch: true } };
    case 'url-path':
      return { [words.path]: { path: stringMatcher(literal.match) } };
    case 'peer':
      return { authenticated: {} };
    case 'principal':
      return authenticated(principalMatch(literal.match));
    case 'namespace':
      return authenticated({ kind: 'regex', text: `spiffe://[^/]+/ns/${part(literal.match)}/.*` });
    case 'service-account':
      return authenticated({ kind: 'regex', text: `spiffe://.*/sa/${part(literal.match)}` });
    case 'peer-ip':
      return { directRemoteIp: { addressPrefix: literal.address, prefixLen: literal.bits } };
    case 'port':
      return { destinationPort: literal.port };
    default:
      throw new NotTranslatable(`${literal.kind} is no condition of a filter`);
  }
}

const authenticated = (match: TextMatch): Json => ({ authenticated: { principalName: stringMatcher(match) } });

/** Mixer's principals are SPIFFE ids without the scheme; a suffix must not reach into it. */
function principalMatch(match: TextMatch): TextMatch {
  if (match.kind === 'exact' || match.kind === 'prefix') return { kind: match.kind, text: `spiffe://${match.text}` };
  return { kind: 'regex', text: match.kind === 'suffix' ? `spiffe://.*${quoteRegex(match.text)}` : `spiffe://(?:${match.text})` };
}

/** One segment of a SPIFFE id. */
function part({ kind, text }: TextMatch): string {
  const quoted = quoteRegex(text);
  return kind === 'exact' ? quoted : kind === 'prefix' ? `${quoted}[^/]*` : `[^/]*${quoted}`;
}

export function stringMatcher({ kind, text }: TextMatch): Json {
  switch (kind) {
    case 'exact-ignoring-case':
      return { exact: text, ignoreCase: true };
    case 'regex':
      return { safeRegex: { regex: text } };
    default:
      return { [kind]: text };
  }
}
