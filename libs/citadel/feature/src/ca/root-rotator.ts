import { parseCertificate } from '@quartet/pki';
import type { CertificateAuthority } from './certificate-authority.js';
import type { CaStore } from './ca-store.js';
import { renewSelfSignedCa, stateOf } from './self-signed.js';
import type { SelfSignedOptions } from './self-signed.js';

export interface RootRotatorOptions extends SelfSignedOptions {
  readonly store: CaStore;
  readonly authority: CertificateAuthority;
  /** At or below zero turns rotation off. */
  readonly checkIntervalMs: number;
  /** Renew within the last part of the root's life, in percent. */
  readonly gracePeriodPercentile: number;
  /** Uniform in [0, 1): the random delay before the first check. */
  readonly random: () => number;
  readonly log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

/** Renews the self-signed root over its own key (security/pkg/pki/ca/selfsignedcarootcertrotator.go). */
export class RootRotator {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: RootRotatorOptions) {}

  start(): void {
    const { checkIntervalMs, random } = this.options;
    if (checkIntervalMs <= 0) return;
    this.schedule(Math.floor((random() * checkIntervalMs) / 1000) * 1000);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** One tick. `adopted`: another replica had renewed the stored CA. */
  async check(): Promise<'valid' | 'adopted' | 'rotated'> {
    const { store, authority, extraRootsPem } = this.options;
    const stored = await store.load();
    if (!stored) throw new Error(`no CA in ${store.location}`);
    if (!this.isDue(stored.certificatePem)) {
      if (stored.certificatePem === authority.ready.signer.certificatePem) return 'valid';
      authority.replace(stateOf(stored, extraRootsPem));
      return 'adopted';
    }
    const renewed = await renewSelfSignedCa(stored, this.options);
    await store.save(renewed);
    try {
      authority.replace(stateOf(renewed, extraRootsPem));
    } catch (error) {
      await store.save(stored);
      throw error;
    }
    return 'rotated';
  }

  private isDue(certificatePem: string): boolean {
    const { notBefore, notAfter } = parseCertificate(certificatePem);
    return notAfter - this.options.now() <= ((notAfter - notBefore) * this.options.gracePeriodPercentile) / 100;
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => void this.tick(), delayMs);
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    const { log, store } = this.options;
    try {
      const outcome = await this.check();
      if (outcome !== 'valid') log.info({ outcome, store: store.location }, 'root certificate changed');
    } catch (error) {
      log.error({ err: error }, 'root certificate check failed; the root in use stays');
    }
    this.schedule(this.options.checkIntervalMs);
  }
}
