import { parseCertificate } from '@quartet/pki';
import type { Logger } from '@quartet/nest-kit';
import { ClientCertificateAuthenticator } from './authenticate/client-certificate.js';
import type { Authenticator } from './authenticate/authenticator.js';
import { ServiceAccountTokenAuthenticator } from './authenticate/service-account-token.js';
import { TokenKeys } from './authenticate/token-keys.js';
import { CertificateAuthority } from './ca/certificate-authority.js';
import type { CaState } from './ca/ca-state.js';
import type { RootRotator } from './ca/root-rotator.js';
import type { CitadelMetrics } from './metrics.js';
import { openAuthority } from './open-authority.js';
import type { CitadelOptions } from './options.js';
import { CertificateService } from './server/certificate-service.js';
import { ServingCertificateMinter } from './server/serving-certificate.js';
import type { ServingIdentity } from './server/serving-identity.js';
import { systemSources } from './sources.js';
import type { Sources } from './sources.js';
import { writeFileAtomically } from './write-file.js';

export interface CitadelParts {
  readonly options: CitadelOptions;
  readonly identity: ServingIdentity;
  readonly metrics: CitadelMetrics;
  readonly logger: (scope: string) => Logger;
  /** Control-bus events: `certificate-issued`, `root-rotated`. */
  readonly publish: (type: string, data: unknown) => void;
  readonly sources?: Sources;
}

/** Citadel without its framework: the authority, its authenticators, its own certificate and the rotation of its root. */
export class Citadel {
  readonly service: CertificateService;

  private constructor(
    readonly authority: CertificateAuthority,
    private readonly parts: CitadelParts,
    private readonly workers: { readonly rotator: RootRotator | undefined; readonly minter: ServingCertificateMinter },
  ) {
    const { options, metrics, logger, publish } = parts;
    const authenticators = authenticatorsOf(authority, options, parts.sources ?? systemSources);
    const onIssued = (issued: object) => publish('certificate-issued', issued);
    this.service = new CertificateService({ signer: authority, authenticators, metrics, signCaCerts: options.signCaCerts, log: logger('serverCaLog'), onIssued });
  }

  static async open(parts: CitadelParts): Promise<Citadel> {
    const { options, identity, logger } = parts;
    const sources = parts.sources ?? systemSources;
    const authority = new CertificateAuthority({ ...sources, defaultTtlMs: options.workloadCertTtl, maxTtlMs: options.maxWorkloadCertTtl });
    const rotator = await openAuthority(authority, options, { sources, log: logger('pkiCaLog') });
    const hosts = hostsOf(options);
    const minter = new ServingCertificateMinter({ ...sources, authority, identity, hosts, ttlMs: options.maxWorkloadCertTtl, log: logger('serverCaLog') });
    const citadel = new Citadel(authority, parts, { rotator, minter });
    await citadel.start(authority.ready);
    return citadel;
  }

  close(): void {
    this.workers.rotator?.stop();
    this.workers.minter.stop();
  }

  private async start(state: CaState): Promise<void> {
    await this.workers.minter.start();
    await this.publishRoot(state);
    this.workers.rotator?.start();
    this.authority.subscribe((next) => {
      this.parts.publish('root-rotated', { version: next.roots.version });
      this.publishRoot(next).catch((error: unknown) => this.parts.logger('configMapController').error({ err: error }, 'root certificate not published'));
    });
  }

  /** Agents read the root from the file, as 1.4's read it from the ConfigMap istio-security. */
  private async publishRoot({ roots, signer }: CaState): Promise<void> {
    const { options, metrics } = this.parts;
    metrics.rootExpiry.set(Math.floor(parseCertificate(roots.pem || signer.certificatePem).notAfter / 1000));
    if (options.rootCertOut) await writeFileAtomically(options.rootCertOut, roots.pem, 0o644);
  }
}

function hostsOf({ grpcHostIdentities, citadelStorageNamespace, grpcHostname }: CitadelOptions): string[] {
  return [...new Set([...grpcHostIdentities, `istio-citadel.${citadelStorageNamespace}.svc.cluster.local`, ...(grpcHostname ? [grpcHostname] : [])])];
}

function authenticatorsOf(authority: CertificateAuthority, options: CitadelOptions, sources: Sources): Authenticator[] {
  const authenticators: Authenticator[] = [new ClientCertificateAuthenticator(authority, sources.now)];
  const { tokenPublicKey, tokenAudiences: audiences, tokenIssuer: issuer, trustDomain } = options;
  if (tokenPublicKey) authenticators.push(new ServiceAccountTokenAuthenticator({ keys: new TokenKeys(tokenPublicKey), trustDomain, audiences, issuer, now: sources.now }));
  return authenticators;
}
