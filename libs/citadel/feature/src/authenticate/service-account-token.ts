import { jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { formatSpiffeId } from '@quartet/pki';
import { extractBearerToken } from './bearer-token.js';
import type { TokenKeys } from './token-keys.js';
import type { Authenticator, Caller, CallCredentials } from './authenticator.js';

export interface ServiceAccountTokenOptions {
  readonly keys: Pick<TokenKeys, 'get'>;
  readonly trustDomain: string;
  /** A token must carry one of these. */
  readonly audiences: readonly string[];
  /** Required `iss`; any if absent. */
  readonly issuer?: string | undefined;
  readonly now: () => number;
}

/** Longer tokens are refused unread; Kubernetes' are about 1 KiB. */
const maxTokenLength = 16 * 1024;
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const name = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * A Kubernetes service-account token, verified here with the cluster's public keys instead of by a TokenReview.
 * `sub` is `system:serviceaccount:<namespace>:<service account>`; expiry is required, so legacy tokens are refused.
 */
export class ServiceAccountTokenAuthenticator implements Authenticator {
  readonly name = 'service account token';

  constructor(private readonly options: ServiceAccountTokenOptions) {}

  async authenticate({ authorization }: CallCredentials): Promise<Caller> {
    const token = tokenOf(authorization);
    const { sub } = await this.verify(token);
    const { namespace, serviceAccount } = parseSubject(sub ?? '');
    return { source: 'serviceAccountToken', identities: [formatSpiffeId({ trustDomain: this.options.trustDomain, namespace, serviceAccount })] };
  }

  private async verify(token: string): Promise<JWTPayload> {
    const { audiences, issuer, now, keys } = this.options;
    const options: JWTVerifyOptions = { algorithms, audience: [...audiences], requiredClaims: ['exp', 'aud', 'sub'], currentDate: new Date(now()), ...(issuer && { issuer }) };
    let reason = 'no key';
    for (const key of await keys.get()) {
      try {
        return (await jwtVerify(token, key as JWTVerifyGetKey, options)).payload;
      } catch (error) {
        reason = (error as Error).message;
      }
    }
    throw new Error(`failed to validate the JWT: ${reason}`);
  }
}

function tokenOf(authorization: readonly string[] | undefined): string {
  let token: string;
  try {
    token = extractBearerToken(authorization);
  } catch (error) {
    throw new Error(`target JWT extraction error: ${(error as Error).message}`, { cause: error });
  }
  if (token.length > maxTokenLength) throw new Error(`failed to validate the JWT: longer than ${maxTokenLength} characters`);
  return token;
}

/** Splits a token's subject; throws unless it names a service account. */
export function parseSubject(subject: string): { namespace: string; serviceAccount: string } {
  const [system, kind, namespace = '', serviceAccount = '', ...rest] = subject.split(':');
  if (system !== 'system' || kind !== 'serviceaccount' || rest.length > 0 || !name.test(namespace) || !name.test(serviceAccount)) {
    throw new Error('failed to validate the JWT: the subject is not system:serviceaccount:<namespace>:<service account>');
  }
  return { namespace, serviceAccount };
}
