import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PkiError } from './errors.js';
import { dualUseCommonName } from './csr.js';
import { publicKeyDer, signingAlgorithm } from './keys.js';
import { encodePem, parsePem } from './pem.js';
import { encodeSan, sanOid } from './san.js';
import { signingKey, verifyingKey, x509 } from './x509.js';

/** Time span and serial come from outside: this library reads neither clock nor randomness here. */
export interface Issuance {
  /** Milliseconds since the epoch; X.509 keeps whole seconds, rounded down. */
  readonly notBefore: number;
  readonly ttlMs: number;
  /** At most 20 bytes; made positive. Istio draws 16 random bytes. */
  readonly serial: Uint8Array;
}

export interface SelfSignedCaOptions extends Issuance {
  readonly key: KeyObject;
  /** The only part of the subject: Istio puts the trust domain there. */
  readonly organization: string;
}

/** The certificate that signs and its key. */
export interface Signer {
  readonly certificatePem: string;
  readonly key: KeyObject;
}

export interface LeafOptions extends Issuance {
  readonly signer: Signer;
  readonly publicKey: KeyObject;
  /** The authenticated identities, never those of the CSR. At least one. */
  readonly identities: readonly string[];
  /** Put the first identity in CN too, if it fits in 64 characters. */
  readonly dualUse?: boolean;
  /** A CA certificate (`--sign-ca-certs`): keyCertSign, no extended usages. */
  readonly isCa?: boolean;
  /** Both unless given. */
  readonly usages?: readonly ('server' | 'client')[];
}

/**
 * Self-signed CA as Citadel makes it: O only, keyCertSign, CA:TRUE without path length. Signing again over the same key
 * and organization is root rotation: leaves issued before still chain.
 */
export async function createSelfSignedCa(options: SelfSignedCaOptions): Promise<string> {
  const { key, organization } = options;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(options),
    name: [{ O: [organization] }],
    keys: { privateKey: signingKey(key), publicKey: verifyingKey(key) },
    signingAlgorithm: signingAlgorithm(key),
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      new x509.BasicConstraintsExtension(true, undefined, true),
      subjectKeyId(key),
    ],
  });
  return encodePem('CERTIFICATE', new Uint8Array(certificate.rawData));
}

/**
 * Workload certificate by the table of Istio's GenCertFromCSR: empty subject (or CN), critical SAN, digitalSignature and
 * keyEncipherment, serverAuth and clientAuth, CA:FALSE; subject and authority key ids besides, which Istio leaves out.
 * Signed with the CA's own algorithm, so that RSA and ECDSA may meet. Returns the leaf's PEM alone.
 */
export async function issueCertificate(options: LeafOptions): Promise<string> {
  const { signer, publicKey, identities, dualUse = false, isCa = false } = options;
  if (identities.length === 0 || identities.includes('')) throw new PkiError('bad-san', 'a certificate needs at least one identity, and none empty');
  const issuer = parseIssuer(signer.certificatePem);
  const commonName = dualUse ? dualUseCommonName(identities) : undefined;
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(options),
    subject: commonName ? [{ CN: [commonName] }] : [],
    issuer: issuer.subjectName,
    publicKey: verifyingKey(publicKey),
    signingKey: signingKey(signer.key),
    signingAlgorithm: signingAlgorithm(signer.key),
    extensions: [
      ...usageExtensions(isCa, options.usages ?? ['server', 'client']),
      new x509.BasicConstraintsExtension(isCa, undefined, true),
      new x509.Extension(sanOid, true, encodeSan(identities)),
      subjectKeyId(publicKey),
      new x509.AuthorityKeyIdentifierExtension(authorityKeyId(issuer, signer.key)),
    ],
  });
  return encodePem('CERTIFICATE', new Uint8Array(certificate.rawData));
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

function usageExtensions(isCa: boolean, usages: readonly ('server' | 'client')[]) {
  const { keyCertSign, digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  if (isCa) return [new x509.KeyUsagesExtension(keyCertSign, true)];
  const keyUsage = new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true);
  if (usages.length === 0) return [keyUsage];
  return [keyUsage, new x509.ExtendedKeyUsageExtension(usages.map((usage) => (usage === 'server' ? serverAuth : clientAuth)))];
}

function validity({ notBefore, ttlMs, serial }: Issuance) {
  const hex = Buffer.from(serial).toString('hex');
  if (serial.length === 0 || serial.length > 20) throw new PkiError('bad-certificate', `a serial number has 1 to 20 bytes, not ${serial.length}`);
  return { notBefore: new Date(notBefore), notAfter: new Date(notBefore + ttlMs), serialNumber: hex };
}

function parseIssuer(pem: string) {
  const [block] = parsePem(pem);
  if (!block) throw new PkiError('bad-certificate', 'invalid PEM encoded certificate');
  return new x509.X509Certificate(block.der);
}

/** RFC 5280 4.2.1.2, method 1: SHA-1 over the bits of the public key. */
function keyId(key: KeyObject): string {
  return createHash('sha1').update(subjectPublicKeyBits(publicKeyDer(key))).digest('hex');
}

/** The BIT STRING's content inside a SubjectPublicKeyInfo: outer SEQUENCE, AlgorithmIdentifier, then the bits. */
function subjectPublicKeyBits(spki: Buffer): Buffer {
  const outer = header(spki, 0);
  const algorithm = header(spki, outer.start);
  const bits = header(spki, algorithm.end);
  return spki.subarray(bits.start + 1, bits.end);
}

function header(der: Buffer, at: number): { start: number; end: number } {
  const short = der[at + 1]!;
  if (short < 0x80) return { start: at + 2, end: at + 2 + short };
  const bytes = short & 0x7f;
  const start = at + 2 + bytes;
  return { start, end: start + der.readUIntBE(at + 2, bytes) };
}

const subjectKeyId = (key: KeyObject) => new x509.SubjectKeyIdentifierExtension(keyId(key));

function authorityKeyId(issuer: x509.X509Certificate, key: KeyObject): string {
  return issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? keyId(key);
}
