import { createCsr, generateKey } from '@quartet/pki';
import { describe, expect, it } from 'vitest';
import { CaClientError } from './ca-client.js';
import { SecretManager } from './secret-manager.js';
import { newStatistics } from './statistics.js';
import { FakeCa, FakeClock } from './testing/fake-ca.js';
import type { WorkloadSecret } from './workload-secret.js';

const hour = 3_600_000;

async function make(random = 0) {
  const clock = new FakeClock(Date.UTC(2030, 0, 1));
  const ca = await FakeCa.make(clock);
  const statistics = newStatistics();
  const warnings: object[] = [];
  const manager = new SecretManager({
    ca, clock, statistics, identity: 'spiffe://td/ns/a/sa/b', ttlMs: 24 * hour, keyFamily: 'ecdsa', pkcs8: false,
    rotation: { graceRatio: 0.5, minGraceMs: 0 }, random: () => random, log: { info: () => undefined, warn: (fields) => void warnings.push(fields) },
  });
  const secrets: WorkloadSecret[] = [];
  manager.subscribe((secret) => void secrets.push(secret));
  /** Resolves when the manager has a timer again: its request is over, well or badly. */
  const settled = async () => {
    while (clock.next === undefined) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, ca, statistics, manager, secrets, settled, warnings };
}

describe('SecretManager', () => {
  it('renews when half of the life is over, with a new key, proving itself with the old one', async () => {
    const { clock, ca, statistics, manager, secrets, settled } = await make();
    manager.start();
    await settled();
    expect(clock.next).toBe(12 * hour);
    clock.advance(12 * hour);
    await settled();
    expect(secrets).toHaveLength(2);
    expect(secrets[1]!.notBefore).toBe(clock.now());
    expect(secrets[1]!.privateKeyPem).not.toBe(secrets[0]!.privateKeyPem);
    expect(ca.requests.map((request) => request.present)).toEqual([undefined, secrets[0]]);
    expect(secrets[0]!.certificateChainPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(statistics).toMatchObject({ outgoingRequests: 2, rotations: 1, failedOutgoingRequests: 0 });
  });

  it('renews earlier by chance', async () => {
    const { clock, manager, settled } = await make(0.5);
    manager.start();
    await settled();
    expect(clock.next).toBe(12 * hour - 0.025 * 24 * hour);
  });

  it('keeps the old certificate while the CA is away, tries for ever with growing waits, and recovers', async () => {
    const { clock, ca, statistics, manager, secrets, settled } = await make(0.5);
    manager.start();
    await settled();
    ca.failure = new CaClientError('away', true);
    clock.advance(12 * hour);
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      await settled();
      waits.push(clock.next!);
      clock.advance(clock.next!);
    }
    await settled();
    expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(manager.current).toBe(secrets[0]);
    expect(manager.failure).toBe('away');
    ca.failure = undefined;
    clock.advance(clock.next!);
    await settled();
    expect(secrets).toHaveLength(2);
    expect(manager.failure).toBeUndefined();
    expect(statistics).toMatchObject({ rotations: 1, failedOutgoingRequests: 10, outgoingRetries: 10 });
  });

  it('waits longer after a refusal, and does not offer a certificate that has expired', async () => {
    const { clock, ca, manager, settled } = await make();
    manager.start();
    await settled();
    ca.failure = new CaClientError('refused', false);
    clock.advance(25 * hour);
    await settled();
    expect(clock.next).toBe(10_000);
    expect(ca.requests.at(-1)?.present).toBeUndefined();
  });

  it('renews at once when told, and once more when told meanwhile', async () => {
    const { ca, manager, secrets, settled } = await make();
    manager.start();
    await settled();
    await ca.changeRoot();
    manager.renew();
    manager.renew();
    while (secrets.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(secrets[1]!.roots.version).not.toBe(secrets[0]!.roots.version);
    expect(ca.requests).toHaveLength(3);
  });

  it('refuses an answer without a root, or for another key', async () => {
    const { ca, manager, settled } = await make();
    const [leaf, root] = await ca.sign({ csrPem: await otherCsr(), ttlMs: hour, present: undefined });
    for (const [chain, reason] of [[[leaf!], '1 certificates'], [[leaf!, root!], 'not for our key'], [['x', root!], "can't be used"]] as const) {
      ca.sign = () => Promise.resolve([...chain]);
      manager.renew();
      await settled();
      while (!manager.failure?.includes(reason)) await new Promise((resolve) => setImmediate(resolve));
      expect(manager.current).toBeUndefined();
    }
  });

  it('stops', async () => {
    const { clock, ca, manager, settled } = await make();
    manager.start();
    await settled();
    manager.stop();
    clock.advance(100 * hour);
    expect(ca.requests).toHaveLength(1);
  });
});

async function otherCsr(): Promise<string> {
  return createCsr({ key: await generateKey({ family: 'ecdsa' }), identities: ['x'] });
}
