import { issueCertificate, parseCertificate, parseCsr, PkiError } from '@quartet/pki';
import type { Certificate, ParsedCsr } from '@quartet/pki';
import { formatGoDuration } from '../go-duration.js';
import { CaError } from './ca-error.js';
import type { CaState } from './ca-state.js';

export interface SigningLimits {
  readonly defaultTtlMs: number;
  readonly maxTtlMs: number;
}

export interface CertificateAuthorityOptions extends SigningLimits {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
}

export interface SignRequest {
  readonly csrPem: string;
  /** The authenticated identities: all of them become SANs, and nothing of the CSR does. */
  readonly identities: readonly string[];
  /** At or below zero: the default. */
  readonly ttlMs: number;
  readonly forCa?: boolean;
}

export interface SignedCertificate {
  readonly leaf: Certificate;
  readonly chainPem: string;
  readonly rootPem: string;
}

const minRsaBits = 2048;
const maxRsaBits = 8192;

/**
 * Signs CSRs (security/pkg/pki/ca). A CSR gives its public key and whether it has a CN; here its signature must hold too,
 * and RSA and ECDSA may meet. Not clamped to the CA's own expiry, as in 1.4: a longer TTL than the maximum is an error.
 */
export class CertificateAuthority {
  private state: CaState | undefined;
  private readonly listeners = new Set<(state: CaState) => void>();

  constructor(private readonly options: CertificateAuthorityOptions) {}

  get current(): CaState | undefined {
    return this.state;
  }

  /** Throws CA_NOT_READY before the first `replace`. */
  get ready(): CaState {
    if (!this.state) throw new CaError('CA_NOT_READY', 'Istio CA is not ready');
    return this.state;
  }

  replace(state: CaState): void {
    this.state = state;
    for (const listener of this.listeners) listener(state);
  }

  /** Called after each swap. Returns the unsubscribe function. */
  subscribe(listener: (state: CaState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async sign(request: SignRequest): Promise<SignedCertificate> {
    const { signer, chainPem, roots } = this.ready;
    const csr = await acceptCsr(request.csrPem);
    if (request.identities.length === 0) throw new CaError('CSR_ERROR', 'the caller has no identity to put into a certificate');
    const ttlMs = request.ttlMs > 0 ? request.ttlMs : this.options.defaultTtlMs;
    if (ttlMs > this.options.maxTtlMs) {
      throw new CaError('TTL_ERROR', `requested TTL ${formatGoDuration(ttlMs)} is greater than the max allowed TTL ${formatGoDuration(this.options.maxTtlMs)}`);
    }
    try {
      const issuance = { notBefore: this.options.now(), ttlMs, serial: this.options.randomBytes(16) };
      const subject = { publicKey: csr.publicKey, identities: request.identities, dualUse: csr.commonName !== '', isCa: request.forCa ?? false };
      const leaf = parseCertificate(await issueCertificate({ signer, ...subject, ...issuance }));
      return { leaf, chainPem, rootPem: roots.pem };
    } catch (cause) {
      throw new CaError('CERT_GEN_ERROR', `cert generation error (${messageOf(cause)})`, { cause });
    }
  }
}

async function acceptCsr(pem: string): Promise<ParsedCsr> {
  let csr: ParsedCsr;
  try {
    csr = parseCsr(pem);
  } catch (cause) {
    throw new CaError('CSR_ERROR', messageOf(cause), { cause });
  }
  const bits = csr.publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && (bits < minRsaBits || bits > maxRsaBits)) throw new CaError('CSR_ERROR', `RSA key of ${bits} bits: ${minRsaBits} to ${maxRsaBits} are allowed`);
  if (!(await csr.verifySignature())) throw new CaError('CSR_ERROR', "the CSR's signature does not match its public key");
  return csr;
}

function messageOf(cause: unknown): string {
  return cause instanceof PkiError || cause instanceof Error ? cause.message : String(cause);
}
