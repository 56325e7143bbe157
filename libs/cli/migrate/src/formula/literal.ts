import type { TextMatch } from './text-match.js';

/**
 * One condition that Envoy can test.
 * - header: a missing one fails the match, unless it counts as empty
 * - peer: the client presented a certificate; principal, namespace and service-account are parts of its SPIFFE id
 * - destination-*: what the workload is, and not what the request is; they end up in selectors
 */
export type Literal =
  | { readonly kind: 'header'; readonly name: string; readonly match: TextMatch; readonly missingIsEmpty: boolean }
  | { readonly kind: 'header-present'; readonly name: string }
  | { readonly kind: 'url-path'; readonly match: TextMatch }
  | { readonly kind: 'peer' }
  | { readonly kind: 'principal' | 'namespace' | 'service-account'; readonly match: TextMatch }
  | { readonly kind: 'peer-ip'; readonly address: string; readonly bits: number }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'destination-host'; readonly host: string }
  | { readonly kind: 'destination-namespace'; readonly namespace: string }
  | { readonly kind: 'destination-label'; readonly key: string; readonly value: string }
  | { readonly kind: 'destination-label-present'; readonly key: string };

export function literalKey(literal: Literal): string {
  return JSON.stringify(literal);
}

/** What a literal is about: two exact matches of one subject exclude each other. */
export function subjectOf(literal: Literal): string {
  if (literal.kind === 'header' || literal.kind === 'header-present') return `header ${literal.name}`;
  if (literal.kind === 'destination-label' || literal.kind === 'destination-label-present') return `label ${literal.key}`;
  return literal.kind;
}

/** The one value that a literal admits, if it is of that kind. */
export function onlyValue(literal: Literal): string | undefined {
  switch (literal.kind) {
    case 'header':
    case 'url-path':
    case 'principal':
    case 'namespace':
    case 'service-account':
      return literal.match.kind === 'exact' ? literal.match.text : undefined;
    case 'port':
      return String(literal.port);
    case 'destination-namespace':
      return literal.namespace;
    case 'destination-label':
      return literal.value;
    default:
      return undefined;
  }
}

export const isDestination = (literal: Literal): boolean => literal.kind.startsWith('destination-');

/** Of a request, the first literal can't hold without the second. */
export function implies(one: Literal, other: Literal): boolean {
  if (literalKey(one) === literalKey(other)) return true;
  switch (other.kind) {
    case 'peer':
      return one.kind === 'principal' || one.kind === 'namespace' || one.kind === 'service-account';
    case 'header-present':
      return one.kind === 'header' && one.name === other.name && !one.missingIsEmpty;
    case 'destination-label-present':
      return one.kind === 'destination-label' && one.key === other.key;
    case 'header':
      return one.kind === 'header' && one.name === other.name && literalKey({ ...one, missingIsEmpty: true }) === literalKey(other);
    default:
      return false;
  }
}
