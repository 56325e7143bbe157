import { PrincipalBinding, type Jwt, type StringMatch } from '@quartet/api/istio/authentication/v1alpha1/policy';
import type { Port, Service } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { mutualTlsMode, type MutualTlsMode } from '../push/authentication-index.js';
import { objectName } from '../push/config-list.js';
import type { PushContext } from '../push/push-context.js';
import type { AuthenticationView, JwtProviderView, PathMatchView } from './authentication-view.js';

export interface InboundAuthentication {
  readonly mtls: MutualTlsMode;
  /** undefined: nothing beyond TLS is asked. */
  readonly http: AuthenticationView | undefined;
}

/** What the authentication policy of a service's port asks of those who call it. */
export function inboundAuthentication(push: PushContext, target: { service: Service; port: Port }, diagnostics: Diagnostics): InboundAuthentication {
  const policy = push.authentication.policyFor(target.service, target.port);
  const mtls = mutualTlsMode(policy);
  if (!policy) return { mtls, http: undefined };
  const { spec } = policy;
  const jwts = [...spec.peers.map(({ jwt }) => jwt), ...spec.origins.map(({ jwt }) => jwt)].filter((jwt): jwt is Jwt => jwt !== undefined);
  const providers = jwts.flatMap((jwt, i): JwtProviderView[] => {
    const found = keySet(push, jwt);
    const jwks = found !== undefined && hasPublicKey(found) ? found : undefined;
    if (jwks === undefined) {
      const [field, reason] = jwt.jwks !== '' ? ['jwks', 'no public key in it can be used'] : ['jwksUri', found === undefined ? 'no key set has been fetched' : 'no public key in the fetched set can be used'];
      diagnostics.warn('INVALID_FIELD', { object: objectName(policy), field: `jwt[${jwt.issuer}].${field}` }, `${reason}; every token of this issuer is refused`);
    }
    return [{
      name: `origins-${i}`, issuer: jwt.issuer, audiences: jwt.audiences, headers: jwt.jwtHeaders, params: jwt.jwtParams, jwks: jwks ?? '',
      trigger: jwt.triggerRules.map((rule) => ({ excluded: rule.excludedPaths.map(pathMatch), included: rule.includedPaths.map(pathMatch) })),
    }];
  });
  if (providers.length === 0) return { mtls, http: undefined };
  return {
    mtls,
    http: {
      providers, mtls, originIsOptional: spec.originIsOptional, peerIsOptional: spec.peerIsOptional,
      principalBinding: spec.principalBinding === PrincipalBinding.USE_ORIGIN ? 'USE_ORIGIN' : 'USE_PEER',
    },
  };
}

function keySet(push: PushContext, jwt: Jwt): string | undefined {
  return jwt.jwks !== '' ? jwt.jwks : push.jwks.get(jwt.jwksUri !== '' ? jwt.jwksUri : jwt.issuer);
}

/** Members that a key must have, by its type. */
const keyMembers: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['x', 'y'], OKP: ['x'], oct: ['k'] };

/** Envoy refuses a listener whose key set has no key that it can use. */
function hasPublicKey(jwks: string): boolean {
  try {
    const { keys } = JSON.parse(jwks) as { keys?: unknown };
    return Array.isArray(keys) && keys.some((key: Record<string, unknown> | null) => keyMembers[String(key?.kty)]?.every((member) => typeof key?.[member] === 'string' && key[member] !== ''));
  } catch {
    return false;
  }
}

function pathMatch(match: StringMatch): PathMatchView {
  if (match.prefix !== undefined) return { prefix: match.prefix };
  if (match.suffix !== undefined) return { suffix: match.suffix };
  return match.regex !== undefined ? { regex: match.regex } : { exact: match.exact ?? '' };
}
