import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCsr, createSelfSignedCa, encodePrivateKey, generateKey, issueCertificate, parseCertificate, parseCsr, verifyChain, verifySigningMaterial } from './index.js';
import type { KeyFamily, Signer } from './index.js';

// What we write, as others read it (node-forge, which knows RSA only, and Node's OpenSSL), and the other way round.

const now = Date.UTC(2030, 0, 1);
const day = 86_400_000;
const id = 'spiffe://cluster.local/ns/default/sa/reviews';
const validity = { notBefore: now, ttlMs: day, serial: Uint8Array.of(0x42) };

const families: KeyFamily[] = ['rsa', 'ecdsa'];
const keys = {} as Record<KeyFamily, KeyObject>;
const signers = {} as Record<KeyFamily, Signer>;
beforeAll(async () => {
  for (const family of families) {
    const key = (keys[family] = await generateKey({ family }));
    signers[family] = { key, certificatePem: await createSelfSignedCa({ ...validity, key, organization: 'cluster.local' }) };
  }
});

const forgeKey = (key: KeyObject) => forge.pki.privateKeyFromPem(encodePrivateKey(key));
const forgePublicKey = (key: KeyObject) => forge.pki.setRsaPublicKey(forgeKey(key).n, forgeKey(key).e);
const children = (node: forge.asn1.Asn1) => node.value as forge.asn1.Asn1[];

/** Object id -> [critical, value in hexadecimal] of a certificate's extensions, read by node-forge's DER parser, whatever the keys. */
function extensionsOf(pem: string): Record<string, [boolean, string]> {
  const [tbs] = children(forge.asn1.fromDer(forge.pem.decode(pem)[0]!.body));
  const [list] = children(children(tbs!).at(-1)!);
  return Object.fromEntries(children(list!).map((extension) => {
    const parts = children(extension).map((part) => part.value as string);
    return [forge.asn1.derToOid(parts[0]!), [parts.length === 3, forge.util.bytesToHex(parts.at(-1)!)]];
  }));
}

describe.each(families.flatMap((ca) => families.map((leaf) => [ca, leaf] as const)))('a %s CA and a %s leaf', (ca, leaf) => {
  it('make the certificate of the 1.4 table, which OpenSSL verifies', async () => {
    const pem = await issueCertificate({ ...validity, signer: signers[ca], publicKey: keys[leaf], identities: [id] });
    const san = Buffer.concat([Buffer.of(0x30, id.length + 2, 0x86, id.length), Buffer.from(id)]).toString('hex');
    expect(extensionsOf(pem)).toMatchObject({
      '2.5.29.15': [true, '030205a0'],
      '2.5.29.19': [true, '3000'],
      '2.5.29.17': [true, san],
      '2.5.29.37': [false, '301406082b0601050507030106082b06010505070302'],
    });
    const certificate = new X509Certificate(pem);
    const issuer = new X509Certificate(signers[ca].certificatePem);
    expect(certificate.subject).toBeFalsy();
    expect(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)).toBe(true);
  });
});

describe('node-forge', () => {
  it('verifies our RSA certificates', async () => {
    const pem = await issueCertificate({ ...validity, signer: signers.rsa, publicKey: keys.rsa, identities: [id], dualUse: true });
    const root = forge.pki.certificateFromPem(signers.rsa.certificatePem);
    const leaf = forge.pki.certificateFromPem(pem);
    expect(leaf.subject.getField('CN').value).toBe(id);
    expect(root.issuer.getField('O').value).toBe('cluster.local');
    // Not verifyCertificateChain: it knows no critical SAN.
    expect(root.issued(leaf) && root.verify(leaf)).toBe(true);
  });

  it('verifies our request', async () => {
    const csr = forge.pki.certificationRequestFromPem(await createCsr({ key: keys.rsa, identities: [id], organization: 'MyOrg' }));
    expect(csr.verify()).toBe(true);
    expect(csr.subject.getField('O').value).toBe('MyOrg');
  });

  it('makes requests that we take', async () => {
    const request = forge.pki.createCertificationRequest();
    request.publicKey = forgePublicKey(keys.rsa);
    request.setSubject([{ name: 'commonName', value: 'x' }]);
    const altNames = [{ type: 6, value: 'spiffe://a/ns/b/sa/c' }, { type: 2, value: 'd' }, { type: 7, ip: '1.2.3.4' }, { type: 7, ip: '::1' }];
    request.setAttributes([{ name: 'extensionRequest', extensions: [{ name: 'subjectAltName', altNames }] }]);
    request.sign(forgeKey(keys.rsa), forge.md.sha256.create());
    const csr = parseCsr(forge.pki.certificationRequestToPem(request));
    expect(csr).toMatchObject({ commonName: 'x', identities: ['spiffe://a/ns/b/sa/c', 'd', '1.2.3.4', '::1'] });
    expect(await csr.verifySignature()).toBe(true);
  });

  it('makes a CA that may be plugged in', async () => {
    const ca = forge.pki.createCertificate();
    ca.publicKey = forgePublicKey(keys.rsa);
    ca.serialNumber = '01';
    ca.validity = { notBefore: new Date(now), notAfter: new Date(now + day) };
    ca.setSubject([{ name: 'organizationName', value: 'Root' }]);
    ca.setIssuer([{ name: 'organizationName', value: 'Root' }]);
    ca.setExtensions([{ name: 'basicConstraints', cA: true, critical: true }, { name: 'keyUsage', keyCertSign: true, critical: true }]);
    ca.sign(forgeKey(keys.rsa), forge.md.sha256.create());
    const certificatePem = forge.pki.certificateToPem(ca);
    const key = verifySigningMaterial({ certificatePem, keyPem: encodePrivateKey(keys.rsa), chainPem: '', rootPem: certificatePem }, now);
    const leaf = parseCertificate(await issueCertificate({ ...validity, signer: { key, certificatePem }, publicKey: keys.ecdsa, identities: [id] }));
    expect(verifyChain({ leaf, intermediates: [], roots: [parseCertificate(certificatePem)], now })).toHaveLength(2);
  });
});

it('an ECDSA request made by OpenSSL is taken', async () => {
  const csr = parseCsr(`-----BEGIN CERTIFICATE REQUEST-----
MIIBFTCBuwIBADAMMQowCAYDVQQDDAF4MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAEKlP3XLoPjSKxC6NNG6N1zg/C9T75WBcdSCT43AoatFwcuNbvq+pKF1GHnkBT
JsypbauaAOAOWhgV/Tu9921SSqBNMEsGCSqGSIb3DQEJDjE+MDwwOgYDVR0RBDMw
MYYUc3BpZmZlOi8vYS9ucy9iL3NhL2OCAWSHBAECAwSHEAAAAAAAAAAAAAAAAAAA
AAEwCgYIKoZIzj0EAwIDSQAwRgIhAJ9fjsrySVfQjtNJ2kRruEaLiCtPFCMZuy/x
E7XGkUBpAiEAtCangCrmb+KsU89oMMK7ThlKB/iF6FIDvgXBImWgT74=
-----END CERTIFICATE REQUEST-----
`);
  expect(csr).toMatchObject({ commonName: 'x', identities: ['spiffe://a/ns/b/sa/c', 'd', '1.2.3.4', '::1'] });
  expect(await csr.verifySignature()).toBe(true);
});
