import { encodePrivateKey, generateKey, issueCertificate, joinPem, keyFamily, parseCertificate } from '@quartet/pki';
import type { CertificateAuthority } from '../ca/certificate-authority.js';
import type { ServingIdentity } from './serving-identity.js';

export interface ServingCertificateOptions {
  readonly authority: CertificateAuthority;
  readonly identity: ServingIdentity;
  /** DNS names of the SAN: `--grpc-host-identities` and the Service's name. */
  readonly hosts: readonly string[];
  readonly ttlMs: number;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

/** Istio's refresh buffer before expiry. */
const refreshBufferMs = 60_000;
const retryMs = 5_000;
/** setTimeout's own limit; a longer wait is cut into pieces. */
const maxTimerMs = 0x7fffffff;

/** True once a server certificate is missing or has a minute or less to live. */
export function shouldRefresh(notAfter: number | undefined, now: number): boolean {
  return notAfter === undefined || now + refreshBufferMs >= notAfter;
}

/** Mints Citadel's own certificate: at start, before it expires, and whenever the root changes. */
export class ServingCertificateMinter {
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  private notAfter: number | undefined;
  private stopped = false;

  constructor(private readonly options: ServingCertificateOptions) {}

  async start(): Promise<void> {
    await this.mint();
    this.unsubscribe = this.options.authority.subscribe(() => void this.tryMint());
  }

  stop(): void {
    this.stopped = true;
    this.unsubscribe?.();
    clearTimeout(this.timer);
  }

  private async mint(): Promise<void> {
    const { authority, identity, hosts, ttlMs, now, randomBytes, log } = this.options;
    const { signer, chainPem, roots } = authority.ready;
    const key = await generateKey({ family: keyFamily(signer.key) });
    const notBefore = now();
    const leafPem = await issueCertificate({ signer, publicKey: key, identities: hosts, notBefore, ttlMs, serial: randomBytes(16), usages: ['server'] });
    identity.set({ certificatePem: joinPem(leafPem, chainPem), keyPem: encodePrivateKey(key), rootPem: roots.pem });
    this.notAfter = parseCertificate(leafPem).notAfter;
    log.info({ hosts, notAfter: new Date(this.notAfter).toISOString() }, 'own certificate minted');
    this.schedule(this.notAfter - now() - refreshBufferMs);
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => this.wake(), Math.min(Math.max(delayMs, retryMs), maxTimerMs));
    this.timer.unref();
  }

  private wake(): void {
    if (shouldRefresh(this.notAfter, this.options.now())) void this.tryMint();
    else this.schedule(this.notAfter! - this.options.now() - refreshBufferMs);
  }

  private async tryMint(): Promise<void> {
    try {
      await this.mint();
    } catch (error) {
      this.options.log.error({ err: error }, 'own certificate not minted; trying again');
      this.schedule(retryMs);
    }
  }
}
