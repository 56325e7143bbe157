export interface JwtProviderView {
  /** `origins-<n>`, as 1.4 names them. */
  readonly name: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly headers: readonly string[];
  readonly params: readonly string[];
  /** Key set as JSON. */
  readonly jwks: string;
  readonly trigger: readonly TriggerRuleView[];
}

export interface TriggerRuleView {
  readonly excluded: readonly PathMatchView[];
  readonly included: readonly PathMatchView[];
}

export type PathMatchView = { readonly exact: string } | { readonly prefix: string } | { readonly suffix: string } | { readonly regex: string };

/** End-user and peer authentication of an inbound HTTP listener. */
export interface AuthenticationView {
  readonly providers: readonly JwtProviderView[];
  readonly originIsOptional: boolean;
  readonly peerIsOptional: boolean;
  readonly principalBinding: 'USE_PEER' | 'USE_ORIGIN';
  readonly mtls: 'DISABLE' | 'PERMISSIVE' | 'STRICT';
}
