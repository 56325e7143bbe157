import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PkiError } from './errors.js';
import { keyFamily, signingAlgorithm } from './keys.js';
import { encodePem, parsePem } from './pem.js';
import { encodeSan, extractIdentities, findSan, sanOid } from './san.js';
import { signingKey, verifyingKey, x509 } from './x509.js';

export interface CsrOptions {
  readonly key: KeyObject;
  /** SAN values; see encodeSan. None leaves the extension out. */
  readonly identities: readonly string[];
  readonly organization?: string;
  /** Dual use: the first identity also as CN, if it has at most 64 characters. */
  readonly dualUse?: boolean;
}

/** What a CA takes from a CSR. */
export interface ParsedCsr {
  readonly publicKey: KeyObject;
  /** Empty without a CN. */
  readonly commonName: string;
  readonly organization: readonly string[];
  /** undefined without a SAN extension. */
  readonly identities: readonly string[] | undefined;
  /** True if the CSR's own signature matches its public key (proof of possession). */
  verifySignature(): Promise<boolean>;
}

const maxCommonNameLength = 64;

/** CN of a dual-use certificate: its first identity; undefined if that does not fit (then there is no CN, as in Istio). */
export function dualUseCommonName([first]: readonly string[]): string | undefined {
  return first !== undefined && first.length <= maxCommonNameLength ? first : undefined;
}

/** PEM of a PKCS#10 request, its SAN critical as Istio's are. */
export async function createCsr({ key, identities, organization, dualUse = false }: CsrOptions): Promise<string> {
  const commonName = dualUse ? dualUseCommonName(identities) : undefined;
  const name: Record<string, string[]>[] = [];
  if (organization) name.push({ O: [organization] });
  if (commonName) name.push({ CN: [commonName] });
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys: { privateKey: signingKey(key), publicKey: verifyingKey(key) },
    signingAlgorithm: signingAlgorithm(key),
    extensions: identities.length === 0 ? [] : [new x509.Extension(sanOid, true, encodeSan(identities))],
  });
  return encodePem('CERTIFICATE REQUEST', new Uint8Array(csr.rawData));
}

/** Throws `bad-csr` or `bad-san`. Takes the first PEM block only. */
export function parseCsr(pem: string): ParsedCsr {
  const [block] = parsePem(pem);
  if (!block) throw new PkiError('bad-csr', 'certificate signing request is not properly encoded');
  try {
    const csr = new x509.Pkcs10CertificateRequest(block.der);
    const publicKey = createPublicKey({ key: Buffer.from(csr.publicKey.rawData), format: 'der', type: 'spki' });
    keyFamily(publicKey);
    return {
      publicKey,
      commonName: csr.subjectName.getField('CN')[0] ?? '',
      organization: csr.subjectName.getField('O'),
      identities: findSan(csr.extensions) && extractIdentities(csr.extensions),
      verifySignature: () => csr.verify().catch(() => false),
    };
  } catch (cause) {
    if (cause instanceof PkiError) throw cause;
    throw new PkiError('bad-csr', 'failed to parse X.509 certificate signing request', { cause });
  }
}
