import { beforeAll, describe, expect, it } from 'vitest';
import {
  createCsr, createSelfSignedCa, encodePrivateKey, generateKey, issueCertificate, parseCertificate, parseCertificates, parseCsr, parsePrivateKey,
  renewAt, samePublicKey, certificateWaitTime, trustBundle, verifyChain, verifyPeer, verifySigningMaterial,
} from './index.js';
import type { KeyFamily } from './index.js';

const now = Date.UTC(2030, 0, 1);
const day = 86_400_000;
const serial = (n: number) => Uint8Array.of(0x80, n);
const id = 'spiffe://cluster.local/ns/default/sa/reviews';

async function makeCa(family: KeyFamily, organization = 'cluster.local') {
  const key = await generateKey({ family });
  return { key, certificatePem: await createSelfSignedCa({ key, organization, notBefore: now, ttlMs: 3650 * day, serial: serial(1) }) };
}

async function makeLeaf(ca: { key: Awaited<ReturnType<typeof generateKey>>; certificatePem: string }, family: KeyFamily) {
  const key = await generateKey({ family });
  const csr = parseCsr(await createCsr({ key, identities: ['spiffe://elsewhere/ns/a/sa/b'] }));
  const pem = await issueCertificate({ signer: ca, publicKey: csr.publicKey, identities: [id], notBefore: now, ttlMs: day, serial: serial(2) });
  return { key, pem };
}

const families: KeyFamily[] = ['rsa', 'ecdsa'];
const cas = {} as Record<KeyFamily, Awaited<ReturnType<typeof makeCa>>>;
beforeAll(async () => {
  for (const family of families) cas[family] = await makeCa(family);
});

describe.each(families.flatMap((ca) => families.map((leaf) => [ca, leaf] as const)))('a %s CA and a %s leaf', (caFamily, leafFamily) => {
  it('issue what was asked for, and it verifies', async () => {
    const { key, pem } = await makeLeaf(cas[caFamily], leafFamily);
    const leaf = parseCertificate(pem);
    expect(leaf).toMatchObject({ identities: [id], isCa: false, notBefore: now, notAfter: now + day, serial: '8002' });
    expect(samePublicKey(leaf.publicKey, key)).toBe(true);
    expect(verifyChain({ leaf, intermediates: [], roots: parseCertificates(cas[caFamily].certificatePem), now: now + 1 })).toHaveLength(2);
  });
});

describe('keys', () => {
  it.each([
    ['rsa', 'traditional', 'RSA PRIVATE KEY'], ['rsa', 'pkcs8', 'PRIVATE KEY'], ['ecdsa', 'traditional', 'EC PRIVATE KEY'], ['ecdsa', 'pkcs8', 'PRIVATE KEY'],
  ] as const)('%s as %s is %s and reads back', async (family, format, label) => {
    const { key } = cas[family];
    const pem = encodePrivateKey(key, format);
    expect(pem).toContain(`-----BEGIN ${label}-----`);
    expect(samePublicKey(parsePrivateKey(pem), key)).toBe(true);
  });

  it.each([
    ['nonsense', 'invalid PEM-encoded key'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'unsupported PEM block type for a private key: CERTIFICATE'],
    ['-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n', 'failed to parse the RSA PRIVATE KEY'],
  ])('%j is refused', (pem, message) => expect(() => parsePrivateKey(pem)).toThrow(message));

  it('of fewer than 2048 bits are not made', () => expect(generateKey({ family: 'rsa', rsaBits: 1024 })).rejects.toThrow('1024 bits'));
});

describe('requests', () => {
  it('prove possession; a changed one does not', async () => {
    const pem = await createCsr({ key: cas.rsa.key, identities: [id], organization: 'MyOrg', dualUse: true });
    const csr = parseCsr(pem);
    expect(csr).toMatchObject({ commonName: id, organization: ['MyOrg'], identities: [id] });
    expect(await csr.verifySignature()).toBe(true);
    const der = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
    der[der.length - 3]! ^= 1;
    const forged = parseCsr(`-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`);
    expect(await forged.verifySignature()).toBe(false);
  });

  it.each([
    ['bad pem', 'not properly encoded'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', 'failed to parse X.509 certificate signing request'],
  ])('%j is refused', (pem, message) => expect(() => parseCsr(pem)).toThrow(message));
});

describe('verification', () => {
  it('walks intermediates and refuses the rest', async () => {
    const key = await generateKey({ family: 'ecdsa' });
    const intermediate = await issueCertificate({ signer: cas.rsa, publicKey: key, identities: ['spiffe://x/ns/y/sa/z'], isCa: true, notBefore: now, ttlMs: day, serial: serial(3) });
    const { pem } = await makeLeaf({ key, certificatePem: intermediate }, 'rsa');
    const roots = parseCertificates(cas.rsa.certificatePem);
    const ders = parseCertificates(pem + intermediate).map((certificate) => certificate.x509.raw);
    expect(verifyPeer(ders, roots, now).identities).toEqual([id]);
    expect(() => verifyPeer(ders.slice(0, 1), roots, now)).toThrow('unknown authority');
    expect(() => verifyPeer([], roots, now)).toThrow('no verified chain');
    expect(() => verifyPeer(ders, parseCertificates(cas.ecdsa.certificatePem), now)).toThrow('unknown authority');
    expect(() => verifyPeer(ders, roots, now + 2 * day)).toThrow('expired');
    expect(() => verifyPeer(ders, roots, now - 1)).toThrow('not valid before');
  });

  it('never takes a leaf for an issuer', async () => {
    const { key, pem } = await makeLeaf(cas.rsa, 'ecdsa');
    const child = await makeLeaf({ key, certificatePem: pem }, 'ecdsa');
    const ders = parseCertificates(child.pem + pem).map((certificate) => certificate.x509.raw);
    expect(() => verifyPeer(ders, parseCertificates(cas.rsa.certificatePem), now)).toThrow('unknown authority');
  });

  it('of plugged-in files names the fault', async () => {
    const { certificatePem, key } = cas.rsa;
    const good = { certificatePem, keyPem: encodePrivateKey(key), chainPem: '', rootPem: certificatePem };
    const leaf = await makeLeaf(cas.rsa, 'rsa');
    expect(samePublicKey(verifySigningMaterial(good, now), key)).toBe(true);
    expect(() => verifySigningMaterial({ ...good, keyPem: encodePrivateKey(cas.ecdsa.key) }, now)).toThrow('does not match the key');
    expect(() => verifySigningMaterial({ ...good, rootPem: 'x' }, now)).toThrow('failed to parse root certificate');
    expect(() => verifySigningMaterial({ ...good, chainPem: 'x' }, now)).toThrow('failed to parse certificate chain');
    expect(() => verifySigningMaterial({ ...good, certificatePem: leaf.pem, keyPem: encodePrivateKey(leaf.key) }, now)).toThrow('not authorized to sign');
  });

  it('root rotation over the same key keeps old leaves valid', async () => {
    const { pem } = await makeLeaf(cas.rsa, 'rsa');
    const renewed = await createSelfSignedCa({ key: cas.rsa.key, organization: 'cluster.local', notBefore: now, ttlMs: day, serial: serial(9) });
    expect(verifyChain({ leaf: parseCertificate(pem), intermediates: [], roots: parseCertificates(renewed), now })).toHaveLength(2);
    const bundle = trustBundle(cas.rsa.certificatePem, renewed, cas.rsa.certificatePem, '');
    expect(bundle.certificates).toHaveLength(2);
    expect(trustBundle(bundle.pem).version).toBe(bundle.version);
    expect(trustBundle(renewed).version).not.toBe(bundle.version);
  });
});

describe('the rotation clock', () => {
  const certificate = { notBefore: 0, notAfter: 100 };
  it.each([[0.5, 0, 50], [0.2, 0, 80], [0.5, 70, 30], [0, 0, 100], [1, 0, 0]])('grace %d, at least %d: renew at %d', (graceRatio, minGraceMs, at) => {
    expect(renewAt(certificate, { graceRatio, minGraceMs })).toBe(at);
  });
  it('says how long to wait', () => {
    expect(certificateWaitTime(certificate, 20, { graceRatio: 0.5, minGraceMs: 0 })).toBe(30);
    expect(() => certificateWaitTime(certificate, 60, { graceRatio: 0.5, minGraceMs: 0 })).toThrow('renewed now');
    expect(() => certificateWaitTime(certificate, 101, { graceRatio: 0.5, minGraceMs: 0 })).toThrow('already expired');
  });
});
