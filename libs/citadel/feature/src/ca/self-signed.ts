import { createSelfSignedCa, encodePrivateKey, generateKey, parsePrivateKey, samePublicKey, parseCertificate, trustBundle } from '@quartet/pki';
import type { KeyFamily } from '@quartet/pki';
import type { CaState } from './ca-state.js';
import type { CaStore, StoredCa } from './ca-store.js';

export interface SelfSignedOptions {
  /** Subject's organization. */
  readonly trustDomain: string;
  readonly ttlMs: number;
  readonly keyFamily: KeyFamily;
  readonly pkcs8: boolean;
  /** Further roots to trust and publish (`--root-cert`); may be empty. */
  readonly extraRootsPem: string;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Reuses the stored CA or makes and stores a new one. An unreadable store is an error: a new root would cut off every workload. */
export async function openSelfSignedCa(store: CaStore, options: SelfSignedOptions): Promise<{ state: CaState; created: boolean }> {
  const stored = await store.load();
  if (stored) return { state: stateOf(stored, options.extraRootsPem), created: false };
  const key = await generateKey({ family: options.keyFamily });
  const certificatePem = await createSelfSignedCa({ key, organization: options.trustDomain, ...issuance(options) });
  const created = { certificatePem, keyPem: encodePrivateKey(key, options.pkcs8 ? 'pkcs8' : 'traditional') };
  await store.save(created);
  return { state: stateOf(created, options.extraRootsPem), created: true };
}

/** A new certificate over the same key with the organization of the old one, so that leaves issued before still chain. */
export async function renewSelfSignedCa(stored: StoredCa, options: SelfSignedOptions): Promise<StoredCa> {
  const key = parsePrivateKey(stored.keyPem);
  const organization = organizationOf(stored.certificatePem) ?? options.trustDomain;
  return { keyPem: stored.keyPem, certificatePem: await createSelfSignedCa({ key, organization, ...issuance(options) }) };
}

export function stateOf(stored: StoredCa, extraRootsPem: string): CaState {
  const key = parsePrivateKey(stored.keyPem);
  const certificate = parseCertificate(stored.certificatePem);
  if (!samePublicKey(key, certificate.publicKey)) throw new Error('the stored CA certificate does not belong to the stored key');
  if (!certificate.isCa) throw new Error('the stored CA certificate is not authorized to sign other certificates');
  return { signer: { certificatePem: stored.certificatePem, key }, chainPem: '', roots: trustBundle(stored.certificatePem, extraRootsPem) };
}

function organizationOf(certificatePem: string): string | undefined {
  return /^O=(.*)$/m.exec(parseCertificate(certificatePem).x509.subject)?.[1];
}

function issuance({ now, ttlMs, randomBytes }: SelfSignedOptions) {
  return { notBefore: now(), ttlMs, serial: randomBytes(16) };
}
