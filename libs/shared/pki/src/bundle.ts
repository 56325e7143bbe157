import { createHash } from 'node:crypto';
import { parseCertificates } from './certificate.js';
import type { Certificate } from './certificate.js';
import { joinPem } from './pem.js';

/** The roots a mesh trusts; immutable. Two bundles of the same certificates have the same version. */
export interface TrustBundle {
  readonly pem: string;
  readonly certificates: readonly Certificate[];
  /** Hexadecimal digest over the certificates, in order. */
  readonly version: string;
}

/** Parses and joins PEM texts, each certificate once, in the order of first sight. Throws `bad-certificate`. */
export function trustBundle(...pems: readonly string[]): TrustBundle {
  const seen = new Map<string, Certificate>();
  for (const pem of pems) {
    if (pem.trim() === '') continue;
    for (const certificate of parseCertificates(pem)) if (!seen.has(certificate.fingerprint)) seen.set(certificate.fingerprint, certificate);
  }
  const certificates = [...seen.values()];
  const version = createHash('sha256').update([...seen.keys()].join('')).digest('hex').slice(0, 16);
  return { pem: joinPem(...certificates.map((certificate) => certificate.pem)), certificates, version };
}
