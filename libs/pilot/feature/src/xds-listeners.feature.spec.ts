import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, status, type Server } from '@grpc/grpc-js';
import { createSelfSignedCa, encodePrivateKey, generateKey, issueCertificate } from '@quartet/pki';
import { ADS_METHOD, ADS_TYPES, CLUSTER_TYPE, DiscoveryClient, DiscoveryServer, encodeResource, ResourceSet } from '@quartet/xds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bind, createXdsServer, secureCredentials, shutDown } from './xds-listeners.js';

const set = new ResourceSet([encodeResource({ typeUrl: CLUSTER_TYPE, name: 'a' }, Buffer.from('A'))]);
const validity = (serial: number) => ({ notBefore: Date.now() - 60_000, ttlMs: 3_600_000, serial: Uint8Array.of(serial) });

describe('the secure xDS port', () => {
  let dir: string;
  let caKey: KeyObject;
  let ca: string;
  let server: Server;
  let port: number;
  let files: { tlsCert: string; tlsKey: string; tlsCa: string };

  async function identity(name: string, serial: number): Promise<{ certificate: string; key: string }> {
    const key = await generateKey({ family: 'ecdsa' });
    const certificate = await issueCertificate({ ...validity(serial), signer: { certificatePem: ca, key: caKey }, publicKey: createPublicKey(key), identities: [name, 'localhost'] });
    return { certificate, key: encodePrivateKey(key) };
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilot-tls-'));
    caKey = await generateKey({ family: 'ecdsa' });
    ca = await createSelfSignedCa({ ...validity(1), key: caKey, organization: 'cluster.local' });
    const pilot = await identity('spiffe://cluster.local/ns/istio-system/sa/istio-pilot', 2);
    files = { tlsCert: join(dir, 'cert-chain.pem'), tlsKey: join(dir, 'key.pem'), tlsCa: join(dir, 'root-cert.pem') };
    await Promise.all([writeFile(files.tlsCert, pilot.certificate), writeFile(files.tlsKey, pilot.key, { mode: 0o600 }), writeFile(files.tlsCa, ca)]);
    server = createXdsServer({ keepaliveInterval: 30_000, keepaliveTimeout: 10_000 });
    new DiscoveryServer<string, never>({
      method: ADS_METHOD, types: ADS_TYPES, merge: (earlier) => earlier,
      source: { connect: ({ id }) => id, view: () => ({ version: '1', set: (typeUrl) => (typeUrl === CLUSTER_TYPE ? set : ResourceSet.empty) }) },
    }).addTo(server);
    port = await bind(server, { host: '127.0.0.1', port: 0 }, await secureCredentials(files));
  });

  afterAll(async () => {
    await shutDown(server);
    await rm(dir, { recursive: true, force: true });
  });

  const connect = (channel: ReturnType<typeof credentials.createSsl>) => {
    const client = new DiscoveryClient({ target: `localhost:${port}`, method: ADS_METHOD, node: { id: 'x' }, credentials: channel });
    client.request({ typeUrl: CLUSTER_TYPE });
    return client;
  };

  it('serves a client whose certificate chains to the roots', async () => {
    const { certificate, key } = await identity('spiffe://cluster.local/ns/default/sa/default', 3);
    const client = connect(credentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(certificate)));
    expect((await client.response(1)).resources.length).toBe(1);
    client.close();
  });

  it('refuses a client without a certificate', async () => {
    const client = connect(credentials.createSsl(Buffer.from(ca)));
    expect(await client.ended).toMatchObject({ code: status.UNAVAILABLE });
    client.close();
  });

  it('is off without the flags, and says which is missing', async () => {
    expect(await secureCredentials({ tlsCert: undefined, tlsKey: undefined, tlsCa: undefined })).toBeUndefined();
    await expect(secureCredentials({ ...files, tlsCa: undefined })).rejects.toThrow('--tls-cert, --tls-key and --tls-ca belong together');
    await expect(secureCredentials({ ...files, tlsKey: join(dir, 'absent') })).rejects.toThrow('absent');
  });
});
