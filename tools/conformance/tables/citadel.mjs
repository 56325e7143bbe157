// citadel.json: certificates, the CA, its authenticators and its two services. Keys are made here (2048 bits instead of the
// 512 of the source, which no current library makes).
import 'reflect-metadata';
import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { Registry } from 'prom-client';
import {
  CaError, CertificateAuthority, CertificateService, CitadelMetrics, ClientCertificateAuthenticator, extractBearerToken, grpcCodeOf, renewSelfSignedCa,
  ServiceAccountTokenAuthenticator, shouldRefresh,
} from '@quartet/citadel-feature';
import * as pki from '@quartet/pki';

export const name = 'citadel';

export async function* cases({ readJson }) {
  const seen = new Map();
  for (const test of await readJson('citadel.json')) {
    const label = `${test.kind} ${test.name}`;
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    yield { id: count === 1 ? label : `${label} (${count})`, check: () => run(test) };
  }
}

function run(test) {
  const check = checks[test.kind];
  if (!check) throw new Error(`nothing stands behind ${test.kind}`);
  return check(test);
}

const now = Date.now();
const issuance = (ttlMs = 3_600_000) => ({ notBefore: now, ttlMs, serial: Uint8Array.of(1) });
const limits = { defaultTtlMs: 1_800_000, now: () => now, randomBytes: () => Uint8Array.of(2) };
const silent = { info: () => undefined, warn: () => undefined };
const keys = new Map();
function keyNamed(label) {
  if (!keys.has(label)) keys.set(label, pki.generateKey({ family: 'rsa' }));
  return keys.get(label);
}

async function selfSigned(organization = 'MyOrg') {
  const key = await keyNamed('ca');
  return { key, certificatePem: await pki.createSelfSignedCa({ key, organization, ...issuance(86_400_000) }) };
}

async function authorityOf({ intermediate = false, maxTtlMs = 86_400_000_000 } = {}) {
  const root = await selfSigned();
  const authority = new CertificateAuthority({ ...limits, maxTtlMs });
  if (!intermediate) authority.replace({ signer: root, chainPem: '', roots: pki.trustBundle(root.certificatePem) });
  else {
    const key = await keyNamed('intermediate');
    const certificatePem = await pki.issueCertificate({ signer: root, publicKey: createPublicKey(key), identities: ['spiffe://intermediate'], isCa: true, ...issuance(86_400_000) });
    authority.replace({ signer: { key, certificatePem }, chainPem: certificatePem, roots: pki.trustBundle(root.certificatePem) });
  }
  return authority;
}

/** What the table looks at in a certificate, read by another library than made it. */
function describe(pem) {
  const node = new X509Certificate(pem);
  const parsed = new x509.X509Certificate(node.raw);
  const usage = parsed.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const { digitalSignature, keyEncipherment, keyCertSign } = x509.KeyUsageFlags;
  const names = [[digitalSignature, 'digitalSignature'], [keyEncipherment, 'keyEncipherment'], [keyCertSign, 'certSign']];
  const extended = { '1.3.6.1.5.5.7.3.1': 'serverAuth', '1.3.6.1.5.5.7.3.2': 'clientAuth' };
  return {
    keyUsage: names.filter(([flag]) => usage & flag).map(([, label]) => label),
    extKeyUsage: parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map((oid) => extended[oid]) ?? [],
    isCA: node.ca,
    commonName: parsed.subjectName.getField('CN')[0] ?? '',
    organization: parsed.subjectName.getField('O'),
    san: pki.parseCertificate(pem).identities ?? [],
    critical: parsed.getExtension(pki.sanOid)?.critical,
    ttlMs: parsed.notAfter.getTime() - parsed.notBefore.getTime(),
    notBefore: parsed.notBefore.getTime(),
  };
}

const checks = {
  parseCertificate: (test) => outcome(test, () => parseResult(pki.parseCertificate(test.pem)), { publicKeyAlgorithm: test.publicKeyAlgorithm }),
  parseCsr: (test) => outcome(test, () => parseResult(pki.parseCsr(test.pem)), { publicKeyAlgorithm: test.publicKeyAlgorithm }),
  parseKey: (test) => outcome(test, () => pki.parsePrivateKey(test.pem)),
  dualUseCommonName: ({ host, commonName }) => equal(pki.dualUseCommonName(host.split(',')), commonName),
  generateCert,
  certFromCsr,
  appendRootCerts: ({ pemCert, rootFile, result }) => equal(pki.joinPem(pemCert, rootFile).trim(), result.trim()),
  csrDualUse: async ({ options, expected }) => equal(pki.parseCsr(await csrOf(options)).commonName, expected.commonName),
  buildSan: ({ hosts, oid, derBase64 }) => equal([pki.sanOid, pki.encodeSan(hosts.split(',')).toString('base64')], [oid, derBase64]),
  extractIdsFromSan: (test) => outcome(test, () => pki.extractIdentities(extensions([test]))),
  findSan: ({ extensions: list, found }) => equal(pki.findSan(extensions(list)) !== undefined, found),
  extractIds: (test) => outcome(test, () => pki.extractIdentities(extensions(test.extensions)), test.ids),
  verifyCert: (test) => outcome(test, () => pki.verifyCertificate({ chainPem: test.chainPem ?? '', keyPem: test.keyPem ?? '', rootPem: test.rootPem }, now)),
  generateCsr,
  rootFromExistingKey,
  caError: ({ errorType, grpcCode }) => equal(grpcCodeOf(errorType), grpcCode),
  sign,
  createCertificate: async (test) => {
    const service = serviceOf(test);
    const request = { csr: test.csr, subjectId: '', validityDuration: 60 };
    await answer(test, () => service.createCertificate(request, {}), ({ certChain }) => equal(certChain, test.certChain));
  },
  handleCsr: async (test) => {
    const given = [];
    const service = serviceOf(test, given);
    const request = { csrPem: Buffer.from(test.csrPem), nodeAgentCredential: Buffer.alloc(0), credentialType: '', requestedTtlMinutes: 60 };
    await answer(test, () => service.handleCsr(request, {}), (response) => {
      equal([response.isApproved, String(response.signedCert), String(response.certChain), given], [true, test.signedCert, test.certChain, test.idsGivenToCa]);
    });
  },
  serverCertShouldRefresh: ({ notAfter, shouldRefresh: expected }) => {
    const after = { now: 0, 'now + 5s': 5_000, 'now + 5m': 300_000 };
    equal(shouldRefresh(notAfter === null ? undefined : now + after[notAfter], now), expected);
  },
  authenticateClientCert,
  extractBearerToken: (test) => outcome(test, () => extractBearerToken(authorizationOf(test)), test.token),
  authenticateKubeJwt,
  certWaitTime: (test) => {
    const policy = { graceRatio: test.gracePeriodPercent / 100, minGraceMs: goDuration(test.minGracePeriod) };
    return outcome(test, () => Math.floor(pki.certificateWaitTime(pki.parseCertificate(test.certPem), milliseconds(test.now), policy) / 1000), test.waitSeconds);
  },
  spiffeId: ({ trustDomain, namespace, serviceAccount, id }) => equal(pki.formatSpiffeId({ trustDomain, namespace, serviceAccount }), id),
};

function parseResult({ publicKey }) {
  return { publicKeyAlgorithm: publicKey.asymmetricKeyType === 'ec' ? 'ECDSA' : publicKey.asymmetricKeyType.toUpperCase() };
}

async function generateCert({ options, expected }) {
  const key = await keyNamed('leaf');
  const usages = [...(options.isServer ? ['server'] : []), ...(options.isClient ? ['client'] : [])];
  const identities = options.host.split(',');
  const { ttlMs, ...actual } = describe(await pki.issueCertificate({
    signer: await selfSigned(), publicKey: createPublicKey(key), identities, dualUse: options.isDualUse ?? false, usages, ...issuance(options.ttl ? goDuration(options.ttl) : undefined),
  }));
  equal([actual.san, actual.critical, actual.isCA, actual.keyUsage], [expected.sanForEach, true, expected.isCA, expected.keyUsage]);
  equal([actual.extKeyUsage, actual.commonName], [expected.extKeyUsage ?? [], expected.commonName ?? '']);
  equal([ttlMs, actual.notBefore], [options.ttl ? goDuration(options.ttl) : 3_600_000, Math.floor(now / 1000) * 1000]);
  if (options.pkcs8Key) equal(pki.encodePrivateKey(key, 'pkcs8').includes('BEGIN PRIVATE KEY'), true);
}

async function certFromCsr({ csr, subjectIds, ttl, isCA, expected }) {
  const authority = await authorityOf();
  const csrPem = await pki.createCsr({ key: await keyNamed('leaf'), identities: csr.dnsNames, dualUse: csr.commonName !== undefined });
  const { leaf } = await authority.sign({ csrPem, identities: subjectIds, ttlMs: goDuration(ttl), forCa: isCA });
  const actual = describe(leaf.pem);
  equal([actual.san, actual.commonName, actual.organization, actual.ttlMs], [expected.sanIds, expected.commonName, expected.organization, goDuration(ttl)]);
}

function csrOf({ host = '', org, isDualUse = false }, key = keyNamed('leaf')) {
  return Promise.resolve(key).then((made) => pki.createCsr({ key: made, identities: host === '' ? [] : host.split(','), organization: org, dualUse: isDualUse }));
}

async function generateCsr({ options, expected }) {
  if (expected.error) return failsWith(() => pki.generateKey({ family: 'rsa', rsaBits: options.rsaKeySize }));
  const csr = pki.parseCsr(await csrOf(options));
  equal([await csr.verifySignature(), csr.organization, csr.identities.at(-1)], [true, expected.organization, expected.sanEndsWith]);
}

async function rootFromExistingKey({ old, expected }) {
  const key = await keyNamed('ca');
  const stored = { keyPem: pki.encodePrivateKey(key), certificatePem: await pki.createSelfSignedCa({ key, organization: old.org, ...issuance(goDuration(old.ttl)) }) };
  const renewed = await renewSelfSignedCa(stored, { ...limits, trustDomain: 'default org', ttlMs: 1000, keyFamily: 'rsa', pkcs8: false, extraRootsPem: '' });
  const [before, after] = [stored, renewed].map(({ certificatePem }) => new X509Certificate(certificatePem));
  equal([renewed.keyPem, after.subject, after.issuer, after.ca, describe(renewed.certificatePem).organization], [stored.keyPem, before.subject, before.issuer, before.ca, [expected.org]]);
  equal(after.publicKey.equals(before.publicKey), true);
}

async function sign({ ca, csr, subjectIds, ttl, forCA, expected }) {
  const authority = await authorityOf({ intermediate: true, maxTtlMs: goDuration(ca.maxTtl) });
  const signing = authority.sign({ csrPem: await csrOf(csr), identities: subjectIds, ttlMs: goDuration(ttl), forCa: forCA });
  if (expected.errorEquals) {
    const error = await failsWith(() => signing);
    return equal([error.kind, error.message], [expected.errorType, expected.errorEquals]);
  }
  const { leaf, chainPem, rootPem } = await signing;
  const actual = describe(leaf.pem);
  equal([actual.extKeyUsage.toSorted(), actual.keyUsage, actual.isCA, actual.san, actual.ttlMs], [expected.extKeyUsage ?? [], expected.keyUsage, expected.isCA ?? false, expected.san, goDuration(expected.ttl)]);
  pki.verifyChain({ leaf, intermediates: pki.parseCertificates(chainPem), roots: pki.parseCertificates(rootPem), now });
}

function serviceOf({ authenticators, ca }, given = []) {
  const signer = {
    sign: ({ identities }) => {
      given.push(...identities);
      if (ca.signError) return Promise.reject(new CaError(ca.signError, 'cannot sign'));
      return Promise.resolve({ leaf: { pem: ca.signedCert, serial: '', notAfter: 0 }, chainPem: ca.certChain ?? '', rootPem: ca.rootCert ?? '' });
    },
  };
  const ports = authenticators.map(({ identities, error }) => ({
    name: 'fake',
    authenticate: () => (error ? Promise.reject(new Error(error)) : Promise.resolve({ source: 'clientCertificate', identities })),
  }));
  return new CertificateService({ signer, authenticators: ports, metrics: new CitadelMetrics(new Registry()), signCaCerts: false, log: silent, onIssued: () => undefined });
}

async function answer({ grpcCode }, call, succeeded) {
  if (grpcCode === 0) return succeeded(await call());
  equal((await failsWith(call)).code, grpcCode);
}

async function authenticateClientCert(test) {
  const authority = await authorityOf();
  const authenticator = new ClientCertificateAuthenticator(authority, () => now + 1000);
  const peerCertificate = test.peerAuthInfo === 'tls' && test.verifiedChains[0] ? await certificateWith(test.verifiedChains[0][0].san, authority.ready.signer) : undefined;
  const expected = test.caller && { source: test.caller.authSource, identities: test.caller.identities };
  await outcome(test, () => authenticator.authenticate({ authorization: [], peerCertificate }), expected);
}

async function certificateWith(san, { key, certificatePem }) {
  if (san) return new X509Certificate(await pki.issueCertificate({ signer: { key, certificatePem }, publicKey: createPublicKey(await keyNamed('leaf')), identities: san, ...issuance() })).raw;
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  x509.cryptoProvider.set(webcrypto);
  const made = await x509.X509CertificateGenerator.create({
    issuer: new x509.X509Certificate(new X509Certificate(certificatePem).raw).subjectName, subject: 'CN=x', notBefore: new Date(now), notAfter: new Date(now + 60_000), signingAlgorithm: algorithm,
    signingKey: key.toCryptoKey(algorithm, false, ['sign']), publicKey: createPublicKey(await keyNamed('leaf')).toCryptoKey(algorithm, true, ['verify']),
  });
  return Buffer.from(made.rawData);
}

async function authenticateKubeJwt(test) {
  const key = await keyNamed('token');
  const authenticator = new ServiceAccountTokenAuthenticator({ keys: { get: () => Promise.resolve([createPublicKey(key)]) }, trustDomain: test.trustDomain, audiences: ['istio-ca'], now: () => now });
  const reviewed = test.review?.id?.length === 2 ? test.review.id : undefined;
  const token = reviewed && pki.createServiceAccountToken({ key, namespace: reviewed[0], serviceAccount: reviewed[1], audiences: ['istio-ca'], issuedAt: now, ttlMs: 60_000 });
  const authorization = authorizationOf(test).map((value) => (token && value.startsWith('Bearer ') ? `Bearer ${token}` : value));
  await outcome(test, async () => (await authenticator.authenticate({ authorization })).identities[0], test.id);
}

const authorizationOf = ({ metadata }) => (metadata === null ? undefined : (metadata.authorization ?? []));
const extensions = (list) => list.map(({ oid, valueBase64 = '' }) => ({ type: oid, value: Buffer.from(valueBase64, 'base64') }));

/** What a millisecond can't hold counts as a whole one. */
function milliseconds(time) {
  return Date.parse(time) + (/\.\d{3}\d*[1-9]/.test(time) ? 1 : 0);
}

function goDuration(text) {
  const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce((total, [, amount, unit]) => total + Number(amount) * units[unit], 0);
}

async function outcome({ error, errorContains, errorEquals }, action, expected) {
  if (!error && errorContains === undefined && errorEquals === undefined) {
    const actual = await action();
    return expected === undefined ? undefined : equal(actual, expected);
  }
  const { message } = await failsWith(action);
  if (errorEquals !== undefined) equal(message, errorEquals);
  if (errorContains !== undefined && !message.includes(errorContains)) throw new Error(`failed with "${message}", expected "${errorContains}"`);
}

async function failsWith(action) {
  let result;
  try {
    result = await action();
  } catch (error) {
    return error;
  }
  throw new Error(`got ${JSON.stringify(result)}, expected an error`);
}

function equal(actual, expected) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}
