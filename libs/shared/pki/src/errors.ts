/** What a caller can tell apart. `detail` texts never contain key material. */
export type PkiErrorCode = 'bad-pem' | 'bad-key' | 'bad-certificate' | 'bad-csr' | 'bad-san' | 'bad-chain' | 'key-mismatch' | 'not-a-ca' | 'bad-spiffe-id';

export class PkiError extends Error {
  constructor(
    readonly code: PkiErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PkiError';
  }
}
