/** A condition on a request or connection. Kinds are Istio's properties; combination is explicit. */
export type RbacRule =
  | { readonly kind: 'any' }
  | { readonly kind: 'and'; readonly rules: readonly RbacRule[] }
  | { readonly kind: 'or'; readonly rules: readonly RbacRule[] }
  | { readonly kind: 'not'; readonly rule: RbacRule }
  | { readonly kind: 'header'; readonly name: string; readonly match: RbacMatch }
  | { readonly kind: 'destination.port'; readonly port: number }
  | { readonly kind: 'destination.ip'; readonly cidr: string }
  | { readonly kind: 'connection.sni'; readonly match: RbacMatch }
  | { readonly kind: 'source.ip'; readonly cidr: string }
  | { readonly kind: 'source.principal'; readonly match: RbacMatch }
  /** `match.list`: the value is a list, of which one element matches. */
  | { readonly kind: 'metadata'; readonly filter: string; readonly path: readonly string[]; readonly match: RbacMatch; readonly list: boolean };

export type RbacMatch = { readonly exact: string } | { readonly prefix: string } | { readonly suffix: string } | { readonly regex: string } | { readonly present: true };

export interface RbacPolicyView {
  readonly name: string;
  readonly permissions: readonly RbacRule[];
  readonly principals: readonly RbacRule[];
}

/** Allow-only: what no policy matches is denied. `undefined` rules = not evaluated. */
export interface RbacView {
  readonly rules: readonly RbacPolicyView[] | undefined;
  /** Evaluated and logged, not enforced. */
  readonly shadowRules: readonly RbacPolicyView[] | undefined;
}
