import { parseCertificate, verifyChain } from '@quartet/pki';
import { describe, expect, it } from 'vitest';
import type { CaStore, StoredCa } from './ca-store.js';
import { CertificateAuthority } from './certificate-authority.js';
import { RootRotator } from './root-rotator.js';
import { openSelfSignedCa } from './self-signed.js';

const day = 86_400_000;

class MemoryStore implements CaStore {
  readonly location = 'memory';
  stored: StoredCa | undefined;
  load = () => Promise.resolve(this.stored);
  save = (ca: StoredCa) => Promise.resolve(void (this.stored = ca));
}

async function makeRotator() {
  const clock = { now: Date.UTC(2030, 0, 1) };
  let serial = 0;
  const sources = { now: () => clock.now, randomBytes: () => Uint8Array.of(++serial), random: () => 0 };
  const options = { ...sources, trustDomain: 'td', ttlMs: 100 * day, keyFamily: 'ecdsa' as const, pkcs8: false, extraRootsPem: '' };
  const store = new MemoryStore();
  const authority = new CertificateAuthority({ ...sources, defaultTtlMs: day, maxTtlMs: day });
  const { state } = await openSelfSignedCa(store, options);
  authority.replace(state);
  const log = { info: () => undefined, error: () => undefined };
  return { clock, store, authority, options, rotator: new RootRotator({ ...options, store, authority, checkIntervalMs: 1000, gracePeriodPercentile: 20, log }) };
}

describe('RootRotator', () => {
  it('renews over the same key in the last fifth of the life, with the old organization', async () => {
    const { clock, store, authority, rotator } = await makeRotator();
    const old = parseCertificate(authority.ready.signer.certificatePem);
    clock.now += 79 * day;
    expect(await rotator.check()).toBe('valid');
    clock.now += day;
    expect(await rotator.check()).toBe('rotated');
    const renewed = parseCertificate(authority.ready.signer.certificatePem);
    expect(store.stored?.certificatePem).toBe(renewed.pem);
    expect(renewed.x509.subject).toBe(old.x509.subject);
    expect(renewed.serial).not.toBe(old.serial);
    expect(renewed.notAfter).toBe(clock.now + 100 * day);
    expect(verifyChain({ leaf: old, intermediates: [], roots: [renewed], now: clock.now })).toHaveLength(2);
    expect(await rotator.check()).toBe('valid');
  });

  it('adopts what another replica stored', async () => {
    const { store, authority, options, rotator } = await makeRotator();
    const other = new MemoryStore();
    const { state } = await openSelfSignedCa(other, options);
    store.stored = other.stored;
    expect(await rotator.check()).toBe('adopted');
    expect(authority.ready.signer.certificatePem).toBe(state.signer.certificatePem);
  });

  it('rolls the store back when the new root cannot be used', async () => {
    const { clock, store, authority, rotator } = await makeRotator();
    const before = store.stored;
    authority.subscribe(() => {
      throw new Error('refused');
    });
    clock.now += 90 * day;
    await expect(rotator.check()).rejects.toThrow('refused');
    expect(store.stored).toBe(before);
  });
});
