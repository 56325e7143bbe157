/** Kinds of Istio's CA errors; also the label `error` of the signing metrics (security/pkg/pki/error). */
export type CaErrorKind = 'CA_NOT_READY' | 'CSR_ERROR' | 'TTL_ERROR' | 'CERT_GEN_ERROR' | 'UNKNOWN';

export class CaError extends Error {
  constructor(
    readonly kind: CaErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CaError';
  }
}

/** gRPC status codes of CreateCertificate: INVALID_ARGUMENT for what the caller sent, INTERNAL for the rest. */
export function grpcCodeOf(kind: CaErrorKind): 3 | 13 {
  return kind === 'CSR_ERROR' || kind === 'TTL_ERROR' ? 3 : 13;
}
