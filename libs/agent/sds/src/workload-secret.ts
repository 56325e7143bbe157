import { joinPem, parseCertificate, samePublicKey, trustBundle } from '@quartet/pki';
import type { TrustBundle } from '@quartet/pki';
import { createPrivateKey } from 'node:crypto';
import { CaClientError } from './ca-client.js';

/** A workload's key, certificate and roots. Lives in memory only. */
export interface WorkloadSecret {
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
  readonly roots: TrustBundle;
  /** The leaf's; milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly serial: string;
  readonly identities: readonly string[];
}

/** Checks what a CA answered and makes a secret of it: the whole chain is served, root included, and the last element is the root. */
export function secretFrom(chain: readonly string[], { privateKeyPem, now }: { privateKeyPem: string; now: number }): WorkloadSecret {
  const [leafPem] = chain;
  const rootPem = chain.at(-1);
  if (chain.length <= 1 || leafPem === undefined || rootPem === undefined) throw new CaClientError(`the CA answered ${chain.length} certificates; leaf and root are the least`, false);
  try {
    const leaf = parseCertificate(leafPem);
    if (!samePublicKey(leaf.publicKey, createPrivateKey(privateKeyPem))) throw new Error('it is not for our key');
    if (leaf.notAfter <= now) throw new Error('it has expired already');
    const { notBefore, notAfter, serial, identities = [] } = leaf;
    return { certificateChainPem: joinPem(...chain), privateKeyPem, roots: trustBundle(rootPem), notBefore, notAfter, serial, identities };
  } catch (cause) {
    throw new CaClientError(`the CA's certificate can't be used: ${(cause as Error).message}`, false, { cause });
  }
}
