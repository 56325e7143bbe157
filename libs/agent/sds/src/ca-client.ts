import type { WorkloadSecret } from './workload-secret.js';

export interface CertificateSigningRequest {
  readonly csrPem: string;
  readonly ttlMs: number;
  /** The present certificate, which may prove the caller's identity at renewal. */
  readonly present: WorkloadSecret | undefined;
}

/** A port: who signs CSRs. Citadel, and whoever speaks another protocol. */
export interface CaClient {
  /** PEM texts, leaf first, root last. Rejects with CaClientError. */
  sign(request: CertificateSigningRequest): Promise<readonly string[]>;
}

export class CaClientError extends Error {
  constructor(
    message: string,
    /** False: the same request will fail again (wrong token, CSR refused). */
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CaClientError';
  }
}
