import { createCsr, encodePrivateKey, generateKey, renewAt } from '@quartet/pki';
import type { KeyFamily, RotationPolicy } from '@quartet/pki';
import { CaClientError } from './ca-client.js';
import type { CaClient } from './ca-client.js';
import type { Clock } from './clock.js';
import type { SdsLog } from './log.js';
import type { SdsStatistics } from './statistics.js';
import { secretFrom } from './workload-secret.js';
import type { WorkloadSecret } from './workload-secret.js';

export interface SecretManagerOptions {
  readonly ca: CaClient;
  /** SAN of the CSR; what is issued is the caller's authenticated identity all the same. */
  readonly identity: string;
  readonly ttlMs: number;
  readonly keyFamily: KeyFamily;
  readonly pkcs8: boolean;
  /** Istio renews when half of the life is left: SECRET_GRACE_DURATION 12 h of SECRET_TTL 24 h. */
  readonly rotation: RotationPolicy;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly statistics: SdsStatistics;
  readonly log: SdsLog;
}

/** First wait, doubling; the longest wait after failures that may pass, and after those that will not by themselves. */
const firstRetryMs = 50;
const longestRetryMs = 5_000;
const refusedRetryMs = 10_000;
/** Renewal comes up to this part of the life earlier, so that pods started together do not renew together. */
const renewalJitter = 0.05;

/**
 * Gets the workload's certificate, renews it in time and says so to its listeners. While the CA is away the present
 * certificate stays; there is one request at a time, and it is tried for ever.
 */
export class SecretManager {
  private secret: WorkloadSecret | undefined;
  private readonly listeners = new Set<(secret: WorkloadSecret) => void>();
  private cancelTimer: (() => void) | undefined;
  private attempt: Promise<void> | undefined;
  private failures = 0;
  private lastFailure: string | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly options: SecretManagerOptions) {}

  get current(): WorkloadSecret | undefined {
    return this.secret;
  }

  /** Why the last request failed; undefined after a success. */
  get failure(): string | undefined {
    return this.lastFailure;
  }

  start(): void {
    this.request();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
    this.listeners.clear();
  }

  /** Called with every new secret. Returns the unsubscribe function. */
  subscribe(listener: (secret: WorkloadSecret) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks for a new certificate now, for example because the mesh's root changed. */
  renew(): void {
    if (this.attempt) this.again = true;
    else this.request();
  }

  private request(): void {
    if (this.stopped || this.attempt) return;
    this.cancelTimer?.();
    this.attempt = this.tryOnce().finally(() => {
      this.attempt = undefined;
      if (!this.again) return;
      this.again = false;
      this.request();
    });
  }

  private async tryOnce(): Promise<void> {
    const { clock, statistics, log } = this.options;
    const startedAt = clock.now();
    statistics.outgoingRequests++;
    if (this.failures > 0) statistics.outgoingRetries++;
    try {
      const secret = await this.issue();
      statistics.outgoingLatencyMs = clock.now() - startedAt;
      this.accept(secret);
    } catch (error) {
      statistics.failedOutgoingRequests++;
      this.failures++;
      this.lastFailure = error instanceof Error ? error.message : String(error);
      const delayMs = this.retryDelay(error);
      log.warn({ attempt: this.failures, delayMs, reason: this.lastFailure, notAfter: this.secret && new Date(this.secret.notAfter).toISOString() }, 'no certificate from the CA; trying again');
      this.schedule(delayMs);
    }
  }

  private async issue(): Promise<WorkloadSecret> {
    const { ca, identity, ttlMs, keyFamily, pkcs8, clock } = this.options;
    const key = await generateKey({ family: keyFamily });
    const csrPem = await createCsr({ key, identities: [identity] });
    const present = this.secret && this.secret.notAfter > clock.now() ? this.secret : undefined;
    const chain = await ca.sign({ csrPem, ttlMs, present });
    return secretFrom(chain, { privateKeyPem: encodePrivateKey(key, pkcs8 ? 'pkcs8' : 'traditional'), now: clock.now() });
  }

  private accept(secret: WorkloadSecret): void {
    if (this.stopped) return;
    const { clock, random, rotation, statistics, log } = this.options;
    if (this.secret) statistics.rotations++;
    this.secret = secret;
    this.failures = 0;
    this.lastFailure = undefined;
    const earlier = random() * renewalJitter * (secret.notAfter - secret.notBefore);
    const delayMs = Math.max(renewAt(secret, rotation) - earlier - clock.now(), 1_000);
    log.info({ identities: secret.identities, serial: secret.serial, notAfter: new Date(secret.notAfter).toISOString(), renewIn: Math.round(delayMs / 1000), roots: secret.roots.version }, 'certificate received');
    this.schedule(delayMs);
    for (const listener of this.listeners) listener(secret);
  }

  private retryDelay(error: unknown): number {
    if (error instanceof CaClientError && !error.retryable) return refusedRetryMs;
    const base = Math.min(firstRetryMs * 2 ** Math.min(this.failures - 1, 20), longestRetryMs);
    return Math.round(base * (0.75 + 0.5 * this.options.random()));
  }

  private schedule(delayMs: number): void {
    this.cancelTimer?.();
    if (!this.stopped) this.cancelTimer = this.options.clock.after(delayMs, () => this.request());
  }
}
