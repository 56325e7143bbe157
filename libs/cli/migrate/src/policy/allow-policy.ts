import type { MeshFacts } from '../facts/mesh-facts.js';
import { clausesOf, type Clause } from '../formula/clauses.js';
import { always, never, not, replaceLiterals, type Formula } from '../formula/formula.js';
import type { Literal } from '../formula/literal.js';
import type { TextMatch } from '../formula/text-match.js';
import type { Json } from './rbac-json.js';
import { isHttpOnly, type Target } from './target.js';

const mostRules = 64;

/** Where a rule of an AuthorizationPolicy says a literal. */
type Place = { readonly part: 'source' | 'operation'; readonly field: string; readonly value: string } | { readonly part: 'when'; readonly field: string; readonly value: string };

export interface AllowPolicy {
  readonly name: string;
  readonly target: Target;
  readonly http: Formula;
  readonly tcp: Formula;
}

/**
 * An AuthorizationPolicy that allows what the formulas do not refuse. Those of 1.4 have no negation, so that this is
 * possible for whitelists of what a policy names, and for little else.
 * @returns undefined if no such policy means the same
 */
export function allowPolicy({ name, target, http, tcp }: AllowPolicy, facts: MeshFacts): Json | undefined {
  const httpOnly = isHttpOnly(target, facts);
  const allowed = complement(http, facts);
  if (allowed === always || allowed === never) return undefined;
  if (!httpOnly && JSON.stringify(complement(tcp, facts)) !== JSON.stringify(allowed)) return undefined;
  const clauses = clausesOf(allowed, mostRules);
  const rules = clauses && rulesOf(clauses);
  if (!rules || rules.length === 0) return undefined;
  const { namespace, labels } = target;
  const selector = Object.keys(labels).length > 0 ? { selector: { matchLabels: labels } } : {};
  return { apiVersion: 'security.istio.io/v1beta1', kind: 'AuthorizationPolicy', metadata: { name, namespace }, spec: { ...selector, rules } };
}

/** Under strict mutual TLS every client has a certificate. */
function complement(refused: Formula, { strictMutualTls }: MeshFacts): Formula {
  return replaceLiterals(not(refused), (literal) => (literal.kind === 'peer' && strictMutualTls ? always : undefined));
}

/** undefined: some literal can't be said. Clauses of one literal each in the same field become one rule. */
function rulesOf(clauses: readonly Clause[]): Json[] | undefined {
  const rules = new Map<string, Place[]>();
  for (const clause of clauses) {
    const places = clause.map(({ literal, negated }) => (negated ? undefined : placeOf(literal)));
    if (places.some((place) => place === undefined)) return undefined;
    const all = places as Place[];
    if (new Set(all.map(fieldKey)).size < all.length) return undefined;
    const [only] = all;
    const key = all.length === 1 && only ? fieldKey(only) : JSON.stringify(all);
    rules.set(key, [...(rules.get(key) ?? []), ...all]);
  }
  return [...rules.values()].map(ruleJson);
}

const fieldKey = ({ part, field }: Place): string => `${part}.${field}`;

function ruleJson(places: readonly Place[]): Json {
  const fields = (part: Place['part']) => {
    const values: Record<string, string[]> = {};
    for (const place of places) if (place.part === part) (values[place.field] ??= []).push(place.value);
    return values;
  };
  const [source, operation, when] = [fields('source'), fields('operation'), Object.entries(fields('when'))];
  return {
    ...(Object.keys(source).length > 0 && { from: [{ source }] }),
    ...(Object.keys(operation).length > 0 && { to: [{ operation }] }),
    ...(when.length > 0 && { when: when.map(([key, values]) => ({ key, values })) }),
  };
}

function placeOf(literal: Literal): Place | undefined {
  switch (literal.kind) {
    case 'principal':
      return text(literal.match, (value) => ({ part: 'source', field: 'principals', value }));
    case 'namespace':
      return literal.match.kind === 'exact' ? text(literal.match, (value) => ({ part: 'source', field: 'namespaces', value })) : undefined;
    case 'peer-ip':
      return { part: 'source', field: 'ipBlocks', value: `${literal.address}/${literal.bits}` };
    case 'port':
      return { part: 'operation', field: 'ports', value: String(literal.port) };
    case 'header':
      return headerPlace(literal);
    case 'url-path':
      // `paths` is compared with the path and the query; a prefix without `?` is the same of both.
      return literal.match.kind === 'prefix' && !/[?#]/.test(literal.match.text) ? text(literal.match, (value) => ({ part: 'operation', field: 'paths', value })) : undefined;
    default:
      return undefined;
  }
}

const operationFields: Readonly<Record<string, string>> = { ':path': 'paths', ':method': 'methods', ':authority': 'hosts' };

function headerPlace({ name, match }: Literal & { kind: 'header' }): Place | undefined {
  const field = operationFields[name];
  return text(match, (value) => (field ? { part: 'operation', field, value } : { part: 'when', field: `request.headers[${name}]`, value }));
}

/** `*` at an end is special in 1.4; a text that has one can't be said literally, and an empty one not at all. */
function text(match: TextMatch, place: (value: string) => Place): Place | undefined {
  if (match.text === '' || match.text.includes('*')) return undefined;
  if (match.kind === 'exact') return place(match.text);
  if (match.kind === 'prefix') return place(`${match.text}*`);
  return match.kind === 'suffix' ? place(`*${match.text}`) : undefined;
}
