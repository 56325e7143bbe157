import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import { TcpProxy } from '@quartet/api/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { DownstreamTlsContext } from '@quartet/api/envoy/extensions/transport_sockets/tls/v3/tls';
import { IstioCertificateServiceService } from '@quartet/api/istio/v1/auth/istio_certificate';
import type { IstioCertificateRequest, IstioCertificateResponse } from '@quartet/api/istio/v1/auth/istio_certificate';
import { ensureBinary } from '@quartet/binaries';
import { Monitoring, Loggers, parseOptions } from '@quartet/nest-kit';
import { createSelfSignedCa, encodePrivateKey, generateKey, issueCertificate, parseCsr } from '@quartet/pki';
import type { Signer } from '@quartet/pki';
import { ADS_METHOD, ADS_TYPES, DiscoveryServer, encodeResource, LISTENER_TYPE, ResourceSet } from '@quartet/xds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endLeftOver, EnvoyProcess } from './envoy/envoy-process.js';
import { agentOptions } from './options.js';
import { PilotAgent } from './pilot-agent.js';
import { planProxy } from './proxy.js';

const host = '127.0.0.1';
const issuance = () => ({ notBefore: Date.now() - 1000, ttlMs: 3_600_000, serial: Uint8Array.of(0x01, 0x23) });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => server.bindAsync(`${host}:0`, credentials, (error, port) => (error ? reject(error) : resolve(port))));
}

/** A CA that signs for whoever shows the right token. */
async function startCa(): Promise<{ server: Server; port: number; signer: Signer; requests: string[] }> {
  const key = await generateKey({ family: 'ecdsa' });
  const signer = { key, certificatePem: await createSelfSignedCa({ key, organization: 'cluster.local', ...issuance() }) };
  const ownKey = await generateKey({ family: 'ecdsa' });
  const own = await issueCertificate({ signer, publicKey: ownKey, identities: ['istio-citadel'], ...issuance() });
  const requests: string[] = [];
  const server = new Server();
  server.addService(IstioCertificateServiceService, {
    createCertificate: (call: ServerUnaryCall<IstioCertificateRequest, IstioCertificateResponse>, callback: sendUnaryData<IstioCertificateResponse>) => {
      requests.push(String(call.metadata.get('authorization')[0]));
      const identities = ['spiffe://cluster.local/ns/default/sa/reviews'];
      issueCertificate({ signer, publicKey: parseCsr(call.request.csr).publicKey, identities, ...issuance() }).then(
        (leaf) => callback(null, { certChain: [leaf, signer.certificatePem] }),
        (error: Error) => callback({ code: 13, details: error.message }),
      );
    },
  });
  const port = await listen(server, ServerCredentials.createSsl(null, [{ private_key: Buffer.from(encodePrivateKey(ownKey)), cert_chain: Buffer.from(own) }]));
  return { server, port, signer, requests };
}

/** A Pilot that serves one TLS listener whose certificate comes over SDS. */
async function startPilot(listenerPort: number): Promise<{ server: Server; port: number }> {
  const sds = { resourceApiVersion: 2, apiConfigSource: { apiType: 2, transportApiVersion: 2, grpcServices: [{ envoyGrpc: { clusterName: 'sds-grpc' } }] } };
  const tls = DownstreamTlsContext.fromPartial({ commonTlsContext: { tlsCertificateSdsSecretConfigs: [{ name: 'default', sdsConfig: sds }], validationContextSdsSecretConfig: { name: 'ROOTCA', sdsConfig: sds } } });
  const typed = (name: string, value: Uint8Array) => ({ typeUrl: `type.googleapis.com/${name}`, value: Buffer.from(value) });
  const proxy = TcpProxy.encode(TcpProxy.fromPartial({ statPrefix: 'x', cluster: 'prometheus_stats' })).finish();
  const listener = Listener.fromPartial({
    name: 'tls',
    address: { socketAddress: { address: host, portValue: listenerPort } },
    filterChains: [{
      transportSocket: { name: 'envoy.transport_sockets.tls', typedConfig: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', DownstreamTlsContext.encode(tls).finish()) },
      filters: [{ name: 'envoy.filters.network.tcp_proxy', typedConfig: typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', proxy) }],
    }],
  } as never);
  const listeners = new ResourceSet([encodeResource({ typeUrl: LISTENER_TYPE, name: 'tls' }, Listener.encode(listener).finish())]);
  const view = { version: 'v1', set: (typeUrl: string) => (typeUrl === LISTENER_TYPE ? listeners : ResourceSet.empty) };
  const discovery = new DiscoveryServer<null, null>({ method: ADS_METHOD, types: ADS_TYPES, source: { connect: () => null, view: () => view }, merge: () => null });
  const server = new Server();
  discovery.addTo(server);
  return { server, port: await listen(server, ServerCredentials.createInsecure()) };
}

/** Certificate that a TLS server shows; tried until it listens, since Envoy warms a listener until its secrets are there. */
async function peerCertificate(port: number): Promise<X509Certificate> {
  for (;;) {
    const certificate = await new Promise<X509Certificate | undefined>((resolve) => {
      const socket = connect({ host, port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate());
        socket.destroy();
      });
      socket.on('error', () => resolve(undefined));
    });
    if (certificate) return certificate;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let dir: string;
let envoy: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agent-'));
  envoy = await ensureBinary('envoy');
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Setting {
  readonly agent: PilotAgent;
  readonly details: Record<string, unknown>;
  readonly monitoring: Monitoring;
  readonly gaveUp: string[];
  readonly statusPort: number;
  /** Resolves when the detail holds what is asked for. */
  until(condition: () => boolean): Promise<void>;
}

async function makeAgent(argv: string[], binary = envoy): Promise<Setting> {
  const statusPort = await freePort();
  const { options } = parseOptions({ name: 'pilot-agent', description: '' }, agentOptions, {
    argv: ['--ip', '127.0.0.1', '--config-path', join(dir, 'proxy'), '--sds-socket', join(dir, 's', 'agent.sock'), '--envoy-binary', binary, '--concurrency', '1', '--status-address', `${host}:${statusPort}`, '--proxy-log-level', 'off', '--prometheus-port', String(await freePort()), ...argv],
    env: {},
  });
  const details: Record<string, unknown> = {};
  const waiting = new Set<() => void>();
  const changed = () => waiting.forEach((wake) => wake());
  const monitoring = new Monitoring('pilot-agent', '0');
  const gaveUp: string[] = [];
  const loggers = new Loggers('default:none');
  const env = { POD_NAME: 'reviews-v1', POD_NAMESPACE: 'default', SERVICE_ACCOUNT: 'reviews' };
  const agent = new PilotAgent({
    options: { ...options, monitoringAddress: { host, port: 1 } },
    plan: planProxy('sidecar', options, { env, interfaces: [] }),
    env, monitoring,
    logger: (scope) => loggers.get(scope),
    setDetail: (detail) => {
      Object.assign(details, detail);
      changed();
    },
    publish: () => undefined,
    quit: () => undefined,
    giveUp: (reason) => {
      gaveUp.push(reason);
      changed();
    },
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => waiting.add(resolve));
  };
  return { agent, details, monitoring, gaveUp, statusPort, until };
}

it('every bootstrap is one that Envoy accepts', async () => {
  for (const [name, argv] of Object.entries({ plain: [], full: ['--prometheus-port', '15090', '--zipkin-address', 'zipkin:9411', '--control-plane-auth-policy', 'MUTUAL_TLS'] })) {
    const { options } = parseOptions({ name: 'x', description: '' }, agentOptions, { argv, env: {} });
    const { bootstrap } = planProxy('router', options, { env: { ISTIO_METAJSON_LABELS: '{"istio-locality":"r.z.s"}', POD_NAME: 'gw' }, interfaces: ['10.0.0.1'] });
    const file = join(dir, `${name}.json`);
    await writeFile(file, JSON.stringify(bootstrap));
    const { stdout } = await promisify(execFile)(envoy, ['--mode', 'validate', '-c', file]);
    expect(stdout).toContain('OK');
  }
});

describe('an agent with Pilot and a CA', () => {
  it('brings Envoy up with its certificate, brings it back when it dies, and ends it', async () => {
    const listenerPort = await freePort();
    const adminPort = await freePort();
    const [ca, pilot] = await Promise.all([startCa(), startPilot(listenerPort)]);
    const [rootFile, tokenFile] = [join(dir, 'root.pem'), join(dir, 'token')];
    await writeFile(rootFile, ca.signer.certificatePem);
    await writeFile(tokenFile, 'the-token\n');
    const { agent, details, monitoring, statusPort, until } = await makeAgent([
      '--discovery-address', `${host}:${pilot.port}`, '--ca-address', `${host}:${ca.port}`, '--token-file', tokenFile, '--root-cert', rootFile, '--proxy-admin-address', `${host}:${adminPort}`, '--key-type', 'ecdsa',
    ]);
    await agent.start();
    await until(() => monitoring.readiness.report().ready && JSON.stringify(details['xds']).includes('v1'));
    expect(details).toMatchObject({ node: 'sidecar~127.0.0.1~reviews-v1.default~default.svc.cluster.local', xds: { cds: 'v1', lds: 'v1' }, certificate: { identity: 'spiffe://cluster.local/ns/default/sa/reviews' }, envoy: { restarts: 0 } });
    expect(ca.requests).toEqual(['Bearer the-token']);
    expect((await peerCertificate(listenerPort)).subjectAltName).toBe('URI:spiffe://cluster.local/ns/default/sa/reviews');
    expect((await fetch(`http://${host}:${statusPort}/healthz/ready`)).status).toBe(200);
    const stats = await (await fetch(`http://${host}:${statusPort}/stats/prometheus`)).text();
    expect(stats).toMatch(/^envoy_server_live\{\} 1$/m);
    expect(stats).toMatch(/^num_outgoing_requests\{request_type="csr"\} 1$/m);
    expect((await stat(join(dir, 's', 'agent.sock'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 's'))).mode & 0o777).toBe(0o700);

    const { pid } = details['envoy'] as { pid: number };
    process.kill(pid, 'SIGKILL');
    await until(() => monitoring.readiness.report().checks['envoy'] !== 'ok');
    expect((await fetch(`http://${host}:${statusPort}/healthz/ready`)).status).toBe(503);
    await until(() => (details['envoy'] as { restarts: number }).restarts === 1 && monitoring.readiness.report().ready);
    expect((await peerCertificate(listenerPort)).subjectAltName).toContain('spiffe://');

    const last = (details['envoy'] as { pid: number }).pid;
    expect(await readFile(join(dir, 'proxy', 'envoy.pid'), 'utf8')).toBe(`${last}\n`);
    await agent.stop();
    expect(() => process.kill(last, 0)).toThrow('ESRCH');
    ca.server.forceShutdown();
    pilot.server.forceShutdown();
  });

  it('gives up on an Envoy that is not there', async () => {
    const { agent, gaveUp, until } = await makeAgent([], '/nowhere/envoy');
    await agent.start();
    await until(() => gaveUp.length > 0);
    expect(gaveUp[0]).toContain('/nowhere/envoy');
    await agent.stop();
  });

  it('refuses a socket path that no system takes', async () => {
    const { agent } = await makeAgent(['--sds-socket', join(dir, 'x'.repeat(100))]);
    await expect(agent.start()).rejects.toThrow('choose a shorter path');
  });
});

it('a left-over Envoy is ended by its pid file, a stranger with its number is not', async () => {
  const pidFile = join(dir, 'left.pid');
  const bootstrapFile = join(dir, 'left.json');
  const options = { binary: '/bin/sh', args: ['-c', 'while :; do sleep 1; done', bootstrapFile], bootstrapFile, pidFile };
  const left = await EnvoyProcess.start(options);
  expect(await endLeftOver({ pidFile, bootstrapFile: '/another.json' })).toBe(false);
  expect(await endLeftOver(options)).toBe(true);
  expect(await left.exited).toMatchObject({ signal: 'SIGKILL' });
  await writeFile(pidFile, 'nonsense');
  expect(await endLeftOver(options)).toBe(false);
});
