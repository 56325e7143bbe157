import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PkiError } from './errors.js';
import { parsePem } from './pem.js';
import { extractIdentities, findSan } from './san.js';
import { x509 } from './x509.js';

/** A certificate as the mesh sees it. Times are milliseconds since the epoch. */
export interface Certificate {
  readonly pem: string;
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly isCa: boolean;
  /** SAN values (URI, DNS, IP) in order; undefined without a SAN extension. */
  readonly identities: readonly string[] | undefined;
  /** SHA-256 of the DER, hexadecimal. */
  readonly fingerprint: string;
}

/** All certificates of a PEM text, leaf first by custom. Throws `bad-certificate` if there is none or one is broken. */
export function parseCertificates(pem: string): Certificate[] {
  const blocks = parsePem(pem).filter((block) => block.label === 'CERTIFICATE');
  if (blocks.length === 0) throw new PkiError('bad-certificate', 'invalid PEM encoded certificate');
  return blocks.map((block) => certificateFromDer(block.der));
}

/** The first certificate of a PEM text. */
export function parseCertificate(pem: string): Certificate {
  return parseCertificates(pem)[0]!;
}

export function certificateFromDer(der: Uint8Array): Certificate {
  try {
    const node = new X509Certificate(der);
    const parsed = new x509.X509Certificate(new Uint8Array(der));
    return {
      pem: node.toString(),
      x509: node,
      publicKey: node.publicKey,
      notBefore: parsed.notBefore.getTime(),
      notAfter: parsed.notAfter.getTime(),
      serial: node.serialNumber.toLowerCase(),
      isCa: node.ca,
      identities: findSan(parsed.extensions) && extractIdentities(parsed.extensions),
      fingerprint: node.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  } catch (cause) {
    if (cause instanceof PkiError) throw cause;
    throw new PkiError('bad-certificate', 'failed to parse X.509 certificate', { cause });
  }
}
