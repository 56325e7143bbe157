import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, makeClientConstructor, Metadata, status } from '@grpc/grpc-js';
import type { Client, ServiceError } from '@grpc/grpc-js';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { CsrResponse } from '@quartet/api/istio/v1/auth/istio_ca';
import { IstioCAServiceService } from '@quartet/api/istio/v1/auth/istio_ca';
import { IstioCertificateServiceService } from '@quartet/api/istio/v1/auth/istio_certificate';
import type { IstioCertificateResponse } from '@quartet/api/istio/v1/auth/istio_certificate';
import { ControlBus } from '@quartet/control-bus';
import { ComponentInfo, ComponentModule, Loggers, Monitoring, parseOptions } from '@quartet/nest-kit';
import { createCsr, createSelfSignedCa, createServiceAccountToken, encodePrivateKey, encodePublicKey, generateKey, issueCertificate, parseCertificate, trustBundle, verifyChain } from '@quartet/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CitadelModule } from './citadel.module.js';
import { Citadel } from './citadel.js';
import { citadelOptions } from './options.js';
import { citadelMicroservice } from './server/microservice.js';
import { ServingIdentity } from './server/serving-identity.js';

type Unary<T> = (request: object, metadata: Metadata, callback: (error: ServiceError | null, response: T) => void) => void;
interface CaClient extends Client {
  createCertificate: Unary<IstioCertificateResponse>;
  handleCsr: Unary<CsrResponse>;
}
const CaClientConstructor = makeClientConstructor({ ...IstioCertificateServiceService, ...IstioCAServiceService } as never, 'citadel');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startCitadel(argv: string[]): Promise<{ app: INestApplication; port: number; monitoring: Monitoring; citadel: Citadel }> {
  const { options } = parseOptions({ name: 'citadel', description: '' }, citadelOptions, { argv, env: {} });
  const info = new ComponentInfo('citadel', 'test', '0', new Date());
  const monitoring = new Monitoring('citadel', '0');
  const bus = ControlBus.start({ component: 'citadel', instance: 'test', version: '0', address: '' });
  const context = { info, monitoring, bus, loggers: new Loggers('default:none') };
  const identity = new ServingIdentity();
  const module = await Test.createTestingModule({ imports: [ComponentModule.forRoot(context, CitadelModule.forRoot(options, identity))] }).compile();
  const app = module.createNestApplication({ logger: false });
  const port = await freePort();
  app.connectMicroservice(citadelMicroservice(`127.0.0.1:${port}`, identity));
  await app.init();
  await app.startAllMicroservices();
  return { app, port, monitoring, citadel: app.get(Citadel) };
}

function connect(port: number, rootPem: string, pair?: { key: string; certificate: string }): CaClient {
  const secure = credentials.createSsl(Buffer.from(rootPem), pair ? Buffer.from(pair.key) : null, pair ? Buffer.from(pair.certificate) : null);
  return new CaClientConstructor(`127.0.0.1:${port}`, secure, { 'grpc.ssl_target_name_override': 'istio-citadel' }) as unknown as CaClient;
}

function call<T>(client: CaClient, method: 'createCertificate' | 'handleCsr', request: object, token?: string): Promise<T> {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', token);
  return new Promise((resolve, reject) => {
    (client[method] as unknown as Unary<T>).call(client, request, metadata, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

let dir: string;
let running: Awaited<ReturnType<typeof startCitadel>>;
let client: CaClient;
let rootPem: string;
const tokenKeys = await Promise.all([generateKey({ family: 'rsa' }), generateKey({ family: 'ecdsa' })]);
const arguments_ = (root: string) => ['--self-signed-ca', '--ca-dir', join(root, 'ca'), '--root-cert-out', join(root, 'root.pem'), '--token-public-key', join(root, 'token.pub'), '--max-workload-cert-ttl', '24h', '--workload-cert-ttl', '1h'];

const token = (overrides: Partial<Parameters<typeof createServiceAccountToken>[0]> = {}) =>
  `Bearer ${createServiceAccountToken({ key: tokenKeys[0]!, namespace: 'default', serviceAccount: 'reviews', audiences: ['istio-ca'], issuedAt: Date.now(), ttlMs: 60_000, ...overrides })}`;

async function request(overrides: { csr?: string; validityDuration?: number } = {}) {
  const key = await generateKey({ family: 'ecdsa' });
  const csr = overrides.csr ?? (await createCsr({ key, identities: ['spiffe://cluster.local/ns/kube-system/sa/admin'] }));
  return { key, message: { csr, subjectId: 'spiffe://cluster.local/ns/kube-system/sa/admin', validityDuration: overrides.validityDuration ?? 0 } };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'citadel-'));
  await writeFile(join(dir, 'token.pub'), tokenKeys.map(encodePublicKey).join(''));
  running = await startCitadel(arguments_(dir));
  rootPem = await readFile(join(dir, 'root.pem'), 'utf8');
  client = connect(running.port, rootPem);
});

afterAll(async () => {
  client.close();
  await running.app.close();
  await rm(dir, { recursive: true });
});

describe('CreateCertificate', () => {
  it.each([['RSA', 0], ['ECDSA', 1]] as const)('gives the owner of an %s-signed token its own identity, never what the CSR asks for', async (_, index) => {
    const { message } = await request();
    const { certChain } = await call<IstioCertificateResponse>(client, 'createCertificate', message, token({ key: tokenKeys[index]! }));
    expect(certChain).toHaveLength(2);
    expect(certChain[1]).toBe(rootPem);
    const leaf = parseCertificate(certChain[0]!);
    expect(leaf.identities).toEqual(['spiffe://cluster.local/ns/default/sa/reviews']);
    expect(leaf.notAfter - leaf.notBefore).toBe(3_600_000);
    expect(verifyChain({ leaf, intermediates: [], roots: trustBundle(rootPem).certificates, now: Date.now() })).toHaveLength(2);
  });

  it('renews for the owner of a certificate that it issued, without a token', async () => {
    const { key, message } = await request();
    const first = await call<IstioCertificateResponse>(client, 'createCertificate', message, token());
    const renewing = connect(running.port, rootPem, { key: encodePrivateKey(key), certificate: first.certChain[0]! });
    const second = await call<IstioCertificateResponse>(renewing, 'createCertificate', { ...message, validityDuration: 60 });
    renewing.close();
    const leaf = parseCertificate(second.certChain[0]!);
    expect(leaf.identities).toEqual(['spiffe://cluster.local/ns/default/sa/reviews']);
    expect(leaf.notAfter - leaf.notBefore).toBe(60_000);
  });

  it.each<[string, () => string | undefined]>([
    ['no token', () => undefined],
    ['no Bearer prefix', () => token().replace('Bearer ', 'bearer ')],
    ['an expired token', () => token({ issuedAt: Date.now() - 120_000 })],
    ['another audience', () => token({ audiences: ['kubernetes'] })],
    ['a changed signature', () => `${token().slice(0, -8)}AAAAAAAA`],
    ['no algorithm', () => `Bearer ${['{"alg":"none"}', '{"sub":"system:serviceaccount:a:b","aud":["istio-ca"],"exp":9999999999}'].map((part) => Buffer.from(part).toString('base64url')).join('.')}.`],
    ['a service account that is a path', () => token({ serviceAccount: 'a/sa/b' })],
    ['a token longer than is read', () => `Bearer ${'a'.repeat(7000)}.${'b'.repeat(20)}`],
  ])('refuses %s', async (_, authorization) => {
    const { message } = await request();
    await expect(call(client, 'createCertificate', message, authorization())).rejects.toMatchObject({ code: status.UNAUTHENTICATED, details: 'request authenticate failure' });
  });

  it('refuses the certificate of another CA', async () => {
    const { key, message } = await request();
    const issuance = { notBefore: Date.now() - 1000, ttlMs: 60_000, serial: Uint8Array.of(1) };
    const caKey = await generateKey({ family: 'ecdsa' });
    const signer = { key: caKey, certificatePem: await createSelfSignedCa({ key: caKey, organization: 'cluster.local', ...issuance }) };
    const certificate = await issueCertificate({ signer, publicKey: key, identities: ['spiffe://cluster.local/ns/a/sa/b'], ...issuance });
    const forger = connect(running.port, rootPem, { key: encodePrivateKey(key), certificate });
    await expect(call(forger, 'createCertificate', message)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    forger.close();
  });

  it.each<[string, { csr?: string; validityDuration?: number }, string]>([
    ['a CSR that is none', { csr: 'dumb CSR' }, 'CSR signing error (certificate signing request is not properly encoded)'],
    ['a longer life than allowed', { validityDuration: 86_401 }, 'CSR signing error (requested TTL 24h0m1s is greater than the max allowed TTL 24h0m0s)'],
    ['a huge CSR', { csr: 'x'.repeat(70_000) }, 'CSR signing error (a CSR of 70000 bytes; 65536 are allowed)'],
  ])('refuses %s', async (_, overrides, details) => {
    const { message } = await request(overrides);
    await expect(call(client, 'createCertificate', message, token())).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, details });
  });

  it('refuses a CSR whose signature is not by its key', async () => {
    const { message } = await request();
    const der = Buffer.from(message.csr.replace(/-----.*-----/g, ''), 'base64');
    der[der.length - 3]! ^= 1;
    const csr = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    await expect(call(client, 'createCertificate', { ...message, csr }, token())).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('signature') });
  });

  it('counts what it did', async () => {
    const metrics = await running.monitoring.registry.metrics();
    for (const name of ['citadel_server_csr_count', 'citadel_server_authentication_failure_count', 'citadel_server_success_cert_issuance_count', 'citadel_server_root_cert_expiry_timestamp']) {
      expect(Number(new RegExp(`^${name} (.+)$`, 'm').exec(metrics)?.[1])).toBeGreaterThan(0);
    }
    expect(metrics).toMatch(/citadel_server_csr_sign_err_count\{error="TTL_ERROR"\} 1/);
  });
});

describe('HandleCSR', () => {
  it('answers leaf and chain apart', async () => {
    const { message } = await request();
    const response = await call<CsrResponse>(client, 'handleCsr', { csrPem: Buffer.from(message.csr), nodeAgentCredential: Buffer.alloc(0), requestedTtlMinutes: 5 }, token());
    const leaf = parseCertificate(Buffer.from(response.signedCert).toString());
    expect(response).toMatchObject({ isApproved: true, status: undefined });
    expect(response.certChain).toHaveLength(0);
    expect(leaf.notAfter - leaf.notBefore).toBe(300_000);
  });

  it('wants a SAN in the CSR', async () => {
    const csr = await createCsr({ key: await generateKey({ family: 'ecdsa' }), identities: [] });
    await expect(call(client, 'handleCsr', { csrPem: Buffer.from(csr), nodeAgentCredential: Buffer.alloc(0), requestedTtlMinutes: 0 }, token())).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('CSR identity extraction error') });
  });
});

describe('the self-signed CA', () => {
  it('keeps its key to itself and is the same after a restart', async () => {
    expect((await stat(join(dir, 'ca', 'ca-key.pem'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'ca'))).mode & 0o777).toBe(0o700);
    const again = await startCitadel(arguments_(dir));
    expect(again.citadel.authority.ready.roots.pem).toBe(rootPem);
    await again.app.close();
  });

  it('changes its own certificate with the root while it serves', async () => {
    const before = running.citadel.authority.ready;
    running.citadel.authority.replace({ ...before });
    const { message } = await request();
    await expect(call(client, 'createCertificate', message, token())).resolves.toBeDefined();
  });

  it('never replaces a CA that it cannot read', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'citadel-'));
    await writeFile(join(broken, 'ca-cert.pem'), rootPem);
    await expect(startCitadel(['--self-signed-ca', '--ca-dir', broken])).rejects.toThrow('no ca-key.pem');
    await rm(broken, { recursive: true });
  });
});

it('a plugged-in CA that does not fit is fatal and named', async () => {
  const [certificate, key] = [join(dir, 'ca', 'ca-cert.pem'), join(dir, 'ca', 'ca-key.pem')];
  await writeFile(join(dir, 'other.pem'), encodePrivateKey(await generateKey({ family: 'ecdsa' })));
  await expect(startCitadel([])).rejects.toThrow('no CA: give --self-signed-ca');
  await expect(startCitadel(['--signing-cert', certificate, '--signing-key', join(dir, 'other.pem'), '--root-cert', certificate])).rejects.toThrow('does not match the key');
  await expect(startCitadel(['--signing-cert', certificate, '--signing-key', join(dir, 'absent'), '--root-cert', certificate])).rejects.toThrow(/--signing-key .*absent/);
  const good = await startCitadel(['--signing-cert', certificate, '--signing-key', key, '--root-cert', certificate]);
  expect(good.citadel.authority.ready.chainPem).toBe('');
  await good.app.close();
});
