import { clausesOf, type Clause } from '../formula/clauses.js';
import { always, type Formula, type SignedLiteral } from '../formula/formula.js';
import { quoteRegex, type TextMatch } from '../formula/text-match.js';
import { NotTranslatable } from '../not-translatable.js';
import type { HeaderCondition, RateLimitSpec } from './rate-limit.js';

const mostClauses = 16;

/**
 * A condition as the `match` of a RateLimit, whose entries exclude each other: a request counts once.
 * @throws NotTranslatable if it is about more than headers
 */
export function rateLimitMatch(formula: Formula): RateLimitSpec['match'] {
  if (formula === always) return undefined;
  const clauses = clausesOf(formula, mostClauses);
  if (!clauses) throw new NotTranslatable(`its condition takes more than ${mostClauses} descriptors`);
  if (clauses.length > 1 && !exclusive(clauses)) throw new NotTranslatable('a request that meets its condition in two ways would count twice');
  return clauses.map(headerConditions);
}

/** Each two clauses say the opposite of one literal. */
function exclusive(clauses: readonly Clause[]): boolean {
  return clauses.every((one, index) => clauses.slice(index + 1).every((other) => one.some((a) => other.some((b) => a.negated !== b.negated && JSON.stringify(a.literal) === JSON.stringify(b.literal)))));
}

/** Conditions of which all hold. @throws NotTranslatable */
export function headerConditions(clause: Clause): { headers: HeaderCondition[] } {
  return { headers: clause.map((one) => headerCondition(one, clause)) };
}

function headerCondition({ literal, negated }: SignedLiteral, clause: Clause): HeaderCondition {
  const not = negated ? { not: true as const } : {};
  switch (literal.kind) {
    case 'header-present':
      return { name: literal.name, present: true, ...not };
    case 'header':
      return { name: literal.name, ...textCondition(literal.match), ...(literal.missingIsEmpty && { missingIsEmpty: true as const }), ...(negated && inverted(literal.name, literal.missingIsEmpty || isPresent(literal.name, clause))) };
    case 'url-path':
      return { name: ':path', ...textCondition(pathMatch(literal.match)), ...not };
    default:
      throw new NotTranslatable(`its condition is about ${literal.kind === 'port' ? 'a port' : 'the client'}, and this can be said of headers only`);
  }
}

/** Envoy's inverted matchers fail on a missing header, unless it counts as empty; the opposite of a condition holds for it. */
function inverted(name: string, neverMissing: boolean): { not: true } {
  if (!neverMissing) throw new NotTranslatable(`its condition tells a missing header ${name} from others by a negation, which Envoy's matchers can't`);
  return { not: true };
}

function isPresent(name: string, clause: Clause): boolean {
  return name.startsWith(':') || clause.some(({ literal, negated }) => !negated && literal.kind === 'header-present' && literal.name === name);
}

function textCondition({ kind, text }: TextMatch): Omit<HeaderCondition, 'name'> {
  return kind === 'exact-ignoring-case' ? { exact: text, ignoreCase: true } : { [kind]: text };
}

/** A test of the path without its query, as one of the whole. */
function pathMatch(match: TextMatch): TextMatch {
  const quoted = quoteRegex(match.text);
  if (match.text.includes('?') || match.kind === 'regex') throw new NotTranslatable('a regular expression of the path without its query');
  if (match.kind === 'prefix') return match;
  return { kind: 'regex', text: match.kind === 'exact' ? `${quoted}(?:\\?.*)?` : `[^?]*${quoted}(?:\\?.*)?` };
}
