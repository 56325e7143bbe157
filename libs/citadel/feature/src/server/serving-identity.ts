import { experimental } from '@grpc/grpc-js';
import type { ServerCredentials } from '@grpc/grpc-js';

type Provider = Parameters<typeof experimental.createCertificateProviderServerCredentials>[0];
type CaListener = Parameters<Provider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<Provider['addIdentityCertificateListener']>[0];

export interface ServingCertificate {
  /** Leaf first, then its chain. */
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Told to clients as acceptable issuers. */
  readonly rootPem: string;
}

/**
 * TLS of the CA's server, whose certificate may change while it runs. A client certificate is asked for and optional;
 * whether one is good is the authenticator's to say.
 */
export class ServingIdentity implements Provider {
  readonly credentials: ServerCredentials = experimental.createCertificateProviderServerCredentials(this, this, false);
  private current: ServingCertificate | undefined;
  private readonly caListeners = new Set<CaListener>();
  private readonly identityListeners = new Set<IdentityListener>();

  set(certificate: ServingCertificate): void {
    this.current = certificate;
    for (const listener of this.caListeners) listener(this.ca());
    for (const listener of this.identityListeners) listener(this.identity());
  }

  /** The first update comes after the call: the server's watcher is in place only then. */
  addCaCertificateListener(listener: CaListener): void {
    this.caListeners.add(listener);
    process.nextTick(() => listener(this.ca()));
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.caListeners.delete(listener);
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.add(listener);
    process.nextTick(() => listener(this.identity()));
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.delete(listener);
  }

  private ca() {
    return this.current ? { caCertificate: Buffer.from(this.current.rootPem) } : null;
  }

  private identity() {
    return this.current ? { certificate: Buffer.from(this.current.certificatePem), privateKey: Buffer.from(this.current.keyPem) } : null;
  }
}
