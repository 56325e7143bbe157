import { parseCertificates, verifyPeer } from '@quartet/pki';
import type { CertificateAuthority } from '../ca/certificate-authority.js';
import type { Authenticator, Caller, CallCredentials } from './authenticator.js';

/**
 * The identity of a certificate that this CA issued before: renewal. TLS proved that the caller has the key; the chain is
 * checked here against the roots of the moment (1.4 builds that pool once at start).
 */
export class ClientCertificateAuthenticator implements Authenticator {
  readonly name = 'client certificate';

  constructor(
    private readonly authority: CertificateAuthority,
    private readonly now: () => number,
  ) {}

  authenticate({ peerCertificate }: CallCredentials): Promise<Caller> {
    return Promise.resolve().then(() => {
      if (!peerCertificate) throw new Error('no client certificate is presented');
      const { signer, chainPem, roots } = this.authority.ready;
      const issuers = parseCertificates(signer.certificatePem + chainPem).map((certificate) => certificate.x509.raw);
      const { identities } = verifyPeer([peerCertificate, ...issuers], roots.certificates, this.now());
      if (!identities || identities.length === 0) throw new Error('the SAN extension does not exist');
      return { source: 'clientCertificate', identities };
    });
  }
}
