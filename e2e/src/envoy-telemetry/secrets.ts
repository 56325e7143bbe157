import { createSelfSignedCa, encodePrivateKey, generateKey, issueCertificate } from '@quartet/pki';
import { createPublicKey, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type SecretWriter = (name: string, identity: string) => Promise<string>;

/** Certificates of one root as SDS files, one a secret: `default` and `ROOTCA`, as the agent serves them. What comes back is the beginning of their names. */
export async function createSecrets(folder: string): Promise<SecretWriter> {
  const issuance = () => ({ notBefore: Date.now() - 60_000, ttlMs: 3_600_000, serial: randomBytes(16) });
  const key = await generateKey({ family: 'ecdsa' });
  const root = await createSelfSignedCa({ key, organization: 'cluster.local', ...issuance() });
  return async (name, identity) => {
    const own = await generateKey({ family: 'ecdsa' });
    const chain = await issueCertificate({ signer: { certificatePem: root, key }, publicKey: createPublicKey(own), identities: [identity], ...issuance() });
    const inline = (text: string) => ({ inline_string: text });
    const type = { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret' };
    const resources = [
      { ...type, name: 'default', tls_certificate: { certificate_chain: inline(chain), private_key: inline(encodePrivateKey(own)) } },
      { ...type, name: 'ROOTCA', validation_context: { trusted_ca: inline(root) } },
    ];
    const prefix = join(folder, `${name}-`);
    for (const resource of resources) writeFileSync(`${prefix}${resource.name}.json`, JSON.stringify({ resources: [resource] }), { mode: 0o600 });
    return prefix;
  };
}
