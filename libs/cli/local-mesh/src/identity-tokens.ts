import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { SignJWT } from 'jose';
import type { Layout } from './layout.js';
import type { Pod } from './pods.js';

const LIFETIME = '30d';

/**
 * Gives each pod a token of the shape of a Kubernetes service account's, signed by a key made for this mesh.
 * Citadel gets the public key; the private one is not kept.
 */
export async function writeIdentityTokens(layout: Layout, pods: readonly Pod[]): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  mkdirSync(layout.secretsDir(), { recursive: true, mode: 0o700 });
  writeFileSync(layout.tokenKey(), publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o600 });
  for (const pod of pods) {
    const token = await new SignJWT({ 'kubernetes.io': { namespace: pod.namespace, serviceaccount: { name: pod.serviceAccount }, pod: { name: pod.name } } })
      .setProtectedHeader({ alg: 'ES256' })
      .setSubject(`system:serviceaccount:${pod.namespace}:${pod.serviceAccount}`)
      .setAudience('istio-ca')
      .setIssuer('quartet-local-mesh')
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(privateKey);
    writeFileSync(layout.token(pod.name), token, { mode: 0o600 });
  }
}
