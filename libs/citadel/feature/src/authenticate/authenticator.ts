/** What a call brought along to prove who it is. */
export interface CallCredentials {
  /** Values of the metadata key `authorization`; undefined without metadata. */
  readonly authorization: readonly string[] | undefined;
  /** DER of the TLS client certificate; undefined if none was sent. */
  readonly peerCertificate: Uint8Array | undefined;
}

export interface Caller {
  readonly source: 'clientCertificate' | 'serviceAccountToken';
  /** Become the SANs of the certificate. */
  readonly identities: readonly string[];
}

/** A port: one way of proving an identity. Rejects with the reason, which is logged and never sent to the caller. */
export interface Authenticator {
  readonly name: string;
  authenticate(credentials: CallCredentials): Promise<Caller>;
}

/** Asks each in turn, the first success wins (Istio 1.4: client certificate before token). */
export async function authenticateCaller(authenticators: readonly Authenticator[], credentials: CallCredentials): Promise<{ caller?: Caller; reasons: string[] }> {
  const reasons: string[] = [];
  for (const authenticator of authenticators) {
    try {
      return { caller: await authenticator.authenticate(credentials), reasons };
    } catch (error) {
      reasons.push(`${authenticator.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { reasons };
}
