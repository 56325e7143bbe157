/** A CA as it is kept: PEM texts, by the key names of Istio's Secrets `istio-ca-secret` and `cacerts`. */
export interface StoredCa {
  /** `ca-cert.pem` */
  readonly certificatePem: string;
  /** `ca-key.pem` */
  readonly keyPem: string;
}

/** Where a self-signed CA lives: a folder, later a Kubernetes Secret. */
export interface CaStore {
  /** For logs: a path or a Secret's name. */
  readonly location: string;
  /** undefined if there is none yet; rejects if there is one that can't be read. */
  load(): Promise<StoredCa | undefined>;
  /** All or nothing. */
  save(ca: StoredCa): Promise<void>;
}
