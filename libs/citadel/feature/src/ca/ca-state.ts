import type { Signer, TrustBundle } from '@quartet/pki';

/** Everything that signing reads, swapped as one reference. */
export interface CaState {
  readonly signer: Signer;
  /** Intermediates from the signer upwards, PEM; empty for a self-signed CA. */
  readonly chainPem: string;
  readonly roots: TrustBundle;
}
