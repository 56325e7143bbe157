import type { KeyObject } from 'node:crypto';
import { certificateFromDer, parseCertificate, parseCertificates } from './certificate.js';
import type { Certificate } from './certificate.js';
import { PkiError } from './errors.js';
import { parsePrivateKey, samePublicKey } from './keys.js';
import { joinPem } from './pem.js';

export interface ChainInput {
  readonly leaf: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly roots: readonly Certificate[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Longer chains are refused: a bound on the search. */
const maxDepth = 8;

/**
 * The chain from leaf to a root, both included. Each link is checked for issuer name, signature, CA bit and validity
 * at `now`. A root is trusted as it stands (it may be an intermediate, as in Go). Throws `bad-chain`.
 */
export function verifyChain({ leaf, intermediates, roots, now }: ChainInput): Certificate[] {
  assertValidAt(leaf, now);
  const chain = extend([leaf], { intermediates, roots, now });
  if (!chain) throw new PkiError('bad-chain', 'failed to verify certificate: x509: certificate signed by unknown authority');
  return chain;
}

function extend(chain: Certificate[], input: Omit<ChainInput, 'leaf'>): Certificate[] | undefined {
  const last = chain.at(-1)!;
  if (input.roots.some((root) => root.fingerprint === last.fingerprint)) return chain;
  const root = input.roots.find((candidate) => issued(candidate, last, input.now));
  if (root) return [...chain, root];
  if (chain.length >= maxDepth) return undefined;
  for (const next of input.intermediates) {
    if (chain.includes(next) || !issued(next, last, input.now)) continue;
    const found = extend([...chain, next], input);
    if (found) return found;
  }
  return undefined;
}

function issued(issuer: Certificate, subject: Certificate, now: number): boolean {
  return issuer.isCa && issuer.notBefore <= now && now < issuer.notAfter && subject.x509.checkIssued(issuer.x509) && subject.x509.verify(issuer.publicKey);
}

function assertValidAt(certificate: Certificate, now: number): void {
  if (now < certificate.notBefore) throw new PkiError('bad-chain', `failed to verify certificate: x509: not valid before ${new Date(certificate.notBefore).toISOString()}`);
  if (now >= certificate.notAfter) throw new PkiError('bad-chain', `failed to verify certificate: x509: expired at ${new Date(certificate.notAfter).toISOString()}`);
}

export interface CertificateAndKey {
  /** Leaf first, then its intermediates. */
  readonly chainPem: string;
  readonly keyPem: string;
  readonly rootPem: string;
}

/** Does the chain lead to the root at `now`, and is the key the leaf's? (security/pkg/pki/util/verify_cert.go) */
export function verifyCertificate({ chainPem, keyPem, rootPem }: CertificateAndKey, now: number): { leaf: Certificate; key: KeyObject } {
  const roots = parseOr(rootPem, 'failed to parse root certificate');
  const [leaf, ...intermediates] = parseOr(chainPem, 'failed to parse certificate chain') as [Certificate, ...Certificate[]];
  verifyChain({ leaf, intermediates, roots, now });
  const key = parsePrivateKey(keyPem);
  if (!samePublicKey(key, leaf.publicKey)) throw new PkiError('key-mismatch', 'the cert does not match the key');
  return { leaf, key };
}

export interface SigningMaterial {
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Intermediates between the CA's certificate and the root; may be empty. */
  readonly chainPem: string;
  readonly rootPem: string;
}

/**
 * Citadel's checks of plugged-in CA files: the certificate chains to the root, the key parses and is the certificate's,
 * the CA bit is set (security/pkg/pki/util/keycertbundle.go). Returns the parsed key.
 */
export function verifySigningMaterial({ certificatePem, keyPem, chainPem, rootPem }: SigningMaterial, now: number): KeyObject {
  if (chainPem.trim() !== '') parseOr(chainPem, 'failed to parse certificate chain');
  const { leaf, key } = verifyCertificate({ chainPem: joinPem(parseCertificate(certificatePem).pem, chainPem), keyPem, rootPem }, now);
  if (!leaf.isCa) throw new PkiError('not-a-ca', 'certificate is not authorized to sign other certificates');
  return key;
}

/**
 * Is this peer, whose chain TLS or an SDS client handed over as DER, issued by the bundle? Returns its leaf.
 */
export function verifyPeer(chainDer: readonly Uint8Array[], roots: readonly Certificate[], now: number): Certificate {
  const [leaf, ...intermediates] = chainDer.map(certificateFromDer);
  if (!leaf) throw new PkiError('bad-chain', 'no verified chain is found');
  verifyChain({ leaf, intermediates, roots, now });
  return leaf;
}

function parseOr(pem: string, message: string): Certificate[] {
  try {
    return parseCertificates(pem);
  } catch (cause) {
    throw new PkiError('bad-certificate', message, { cause });
  }
}
