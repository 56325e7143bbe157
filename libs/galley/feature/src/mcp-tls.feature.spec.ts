import { credentials } from '@grpc/grpc-js';
import { createMcpConfigSource } from '@quartet/config';
import { silentReporter, SnapshotCache, CollectionSnapshot, createSnapshot } from '@quartet/mcp';
import { Loggers, parseOptions } from '@quartet/nest-kit';
import { createSelfSignedCa, encodePrivateKey, generateKey, issueCertificate } from '@quartet/pki';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { McpEndpoint } from './mcp-endpoint.js';
import { galleyOptions } from './options.js';

const RULES = 'istio/policy/v1beta1/rules';
const account = (name: string) => `spiffe://cluster.local/ns/istio-system/sa/${name}`;
const settled = <T>(assertion: () => T | Promise<T>): Promise<T> => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });

interface Identity {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

let dir: string;
let root: Buffer;
let identify: (name: string) => Promise<Identity>;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'galley-tls-'));
  const times = () => ({ notBefore: Date.now() - 60_000, ttlMs: 3_600_000, serial: randomBytes(16) });
  const caKey = await generateKey({ family: 'ecdsa' });
  const signer = { certificatePem: await createSelfSignedCa({ ...times(), key: caKey, organization: 'cluster.local' }), key: caKey };
  root = Buffer.from(signer.certificatePem);
  identify = async (name) => {
    const key = await generateKey({ family: 'ecdsa' });
    const certificate = await issueCertificate({ ...times(), signer, publicKey: key, identities: [account(name), 'galley.test'] });
    return { certificate: Buffer.from(certificate), key: Buffer.from(encodePrivateKey(key)) };
  };
  const galley = await identify('istio-galley-service-account');
  await writeFile(join(dir, 'root-cert.pem'), root);
  await writeFile(join(dir, 'cert-chain.pem'), galley.certificate);
  await writeFile(join(dir, 'key.pem'), galley.key, { mode: 0o600 });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function open() {
  const files = ['--tlsCertFile', join(dir, 'cert-chain.pem'), '--tlsKeyFile', join(dir, 'key.pem'), '--caCertFile', join(dir, 'root-cert.pem'), '--accessListFile', join(dir, 'access.yaml')];
  const { options } = parseOptions({ name: 'galley', description: '' }, galleyOptions, { argv: ['--insecure', 'false', '--server-address', '127.0.0.1:0', ...files], env: {} });
  const cache = new SnapshotCache();
  cache.setSnapshot('default', createSnapshot([new CollectionSnapshot(RULES, '1', [])]));
  const endpoint = new McpEndpoint(options, { cache, report: silentReporter, log: new Loggers('none').get('mcp') });
  await endpoint.start();
  cleanups.push(() => endpoint.close());
  return endpoint;
}

function sink(endpoint: McpEndpoint, identity?: Identity) {
  const warnings: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: (text: string) => void warnings.push(text) };
  const secure = credentials.createSsl(root, identity?.key, identity?.certificate, { checkServerIdentity: () => undefined });
  const source = createMcpConfigSource({ address: `127.0.0.1:${endpoint.port}`, collections: [RULES], sinkId: 'mixer', credentials: secure, log, backoffMs: { first: 20, max: 50 } });
  cleanups.push(() => source.close());
  return { source, warnings };
}

test('a listed sink gets in, another one is told that it is not allowed; the list is followed', async () => {
  await writeFile(join(dir, 'access.yaml'), `isblacklist: false\nallowed: ["${account('istio-mixer-service-account')}"]\n`);
  const endpoint = await open();
  await sink(endpoint, await identify('istio-mixer-service-account')).source.whenSynced();
  const other = sink(endpoint, await identify('bookinfo-reviews'));
  await settled(() => expect(other.warnings.join()).toContain("no allowed identity found in peer's authentication info"));
  expect(other.source.synced).toBe(false);
  await writeFile(join(dir, 'access.yaml'), 'isblacklist: true\nallowed: []\n');
  await other.source.whenSynced();
});

test('without a list file every certificate of the mesh will do, but there must be one', async () => {
  await rm(join(dir, 'access.yaml'), { force: true });
  const endpoint = await open();
  const bare = sink(endpoint);
  await settled(() => expect(bare.warnings.length).toBeGreaterThan(0));
  await sink(endpoint, await identify('anyone')).source.whenSynced();
  expect(bare.source.synced).toBe(false);
});

test('a list that cannot be understood stops the start and names the field', async () => {
  await writeFile(join(dir, 'access.yaml'), 'allowed: everybody\n');
  await expect(open()).rejects.toThrow(/access\.yaml: access list: allowed: want a list of strings/);
});
