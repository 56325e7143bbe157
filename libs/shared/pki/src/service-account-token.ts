import { createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { keyFamily, signingAlgorithm } from './keys.js';

export interface ServiceAccountTokenOptions {
  /** RSA, or ECDSA on P-256 or P-384. */
  readonly key: KeyObject;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly ttlMs: number;
  readonly issuer?: string;
  readonly keyId?: string;
}

/** A JWT with the claims of a Kubernetes projected service-account token: what stands for one where there is no Kubernetes. */
export function createServiceAccountToken(options: ServiceAccountTokenOptions): string {
  const { key, namespace, serviceAccount, audiences, issuedAt, ttlMs, issuer = 'kubernetes/serviceaccount', keyId } = options;
  const { hash } = signingAlgorithm(key);
  const seconds = Math.floor(issuedAt / 1000);
  const header = { alg: `${keyFamily(key) === 'rsa' ? 'RS' : 'ES'}${hash.slice(4)}`, typ: 'JWT', ...(keyId && { kid: keyId }) };
  const claims = {
    iss: issuer,
    sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    aud: audiences,
    iat: seconds,
    nbf: seconds,
    exp: seconds + Math.floor(ttlMs / 1000),
    'kubernetes.io': { namespace, serviceaccount: { name: serviceAccount } },
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** The public half as PEM (`PUBLIC KEY`), for Citadel's `--token-public-key`. */
export function encodePublicKey(key: KeyObject): string {
  return createPublicKey(key.export({ type: 'pkcs8', format: 'pem' })).export({ type: 'spki', format: 'pem' }) as string;
}
