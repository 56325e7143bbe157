// Each component by itself: its own program, a folder of files, no NATS and no Galley.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, makeClientConstructor, Metadata, type ServiceError } from '@grpc/grpc-js';
import { CheckRequest, CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { ReportRequest, ReportResponse } from '@quartet/api/istio/mixer/v1/report';
import { IstioCertificateServiceService } from '@quartet/api/istio/v1/auth/istio_certificate';
import { ensureBinary } from '@quartet/binaries';
import { createMcpConfigSource } from '@quartet/config';
import { eventually, fetchText, parsePrometheusText, sumSamples } from '@quartet/local-mesh';
import { createCsr, createServiceAccountToken, encodePublicKey, generateKey, parseCertificate, trustBundle, verifyChain } from '@quartet/pki';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProgram, startApp } from './quartet-cli.js';
import { root, task } from './test-mesh.js';

const SUBNET = '127.112';
const READY = { timeoutMs: 30_000 };
const SHUTDOWN_MS = 5_000;

const scratch = mkdtempSync(join(tmpdir(), 'quartet-alone-'));
const running: RunningProgram[] = [];
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await Promise.all(running.splice(0).reverse().map(end));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** An orderly end, within the limit that every component keeps. */
async function end({ child, finished }: RunningProgram): Promise<void> {
  const from = Date.now();
  child.kill('SIGTERM');
  const { code, output } = await finished;
  expect(Date.now() - from, output).toBeLessThan(SHUTDOWN_MS);
  expect(code, output).toBe(0);
}

/** Starts an app on its monitoring address and resolves when it is ready. */
async function start(app: string, monitoring: string, args: readonly string[], env: Record<string, string> = {}): Promise<RunningProgram> {
  const program = startApp(app, [...args, '--monitoring-address', monitoring], { cwd: scratch, env });
  running.push(program);
  let early: string | undefined;
  void program.finished.then(({ output }) => (early = output));
  await eventually(async () => early ?? (await fetchText(`http://${monitoring}/ready`)).status, (answer) => answer === 200 || typeof answer === 'string', READY);
  expect(early, `${app} ended`).toBeUndefined();
  return program;
}

/** A folder with the sample's configuration, on the addresses of this test. */
function sampleFolder(name: string): string {
  const folder = join(scratch, name);
  cpSync(join(root, 'examples/bookinfo/config'), folder, { recursive: true });
  return folder;
}

describe('galley', () => {
  const mcp = `${SUBNET}.0.2:9901`;
  const monitoring = `${SUBNET}.0.2:15014`;
  const GATEWAYS = 'istio/networking/v1alpha3/gateways';
  const gateway = (name: string, port: number): string =>
    `apiVersion: networking.istio.io/v1alpha3\nkind: Gateway\nmetadata: {name: ${name}, namespace: ns}\nspec: {selector: {a: b}, servers: [{port: {number: ${port}, name: http, protocol: HTTP}, hosts: ["*"]}]}\n`;

  it('serves a folder over MCP; a bad document is reported with file, line and reason while the rest goes on', async () => {
    const folder = join(scratch, 'galley');
    mkdirSync(folder);
    writeFileSync(join(folder, 'good.yaml'), gateway('good', 80));
    const galley = await start('galley', monitoring, ['server', '--config-dir', folder, '--server-address', mcp]);
    const sink = createMcpConfigSource({ address: mcp, collections: [GATEWAYS], sinkId: 'test' });
    closing.push(() => void sink.close());
    await sink.whenSynced();
    const names = () => Promise.resolve(sink.snapshot.list(GATEWAYS).map(({ metadata }) => metadata.name));
    expect(await names()).toEqual(['good']);

    writeFileSync(join(folder, 'mixed.yaml'), `${gateway('fine', 81)}---\n${gateway('bad', 700_000)}`);
    await eventually(names, (found) => found.join() === 'fine,good');
    await galley.printed('mixed.yaml:9: Gateway ns/bad: spec.servers[0].port');
    expect(JSON.parse((await fetchText(`http://${monitoring}/debug/problems`)).body)).toMatchObject([{ file: 'mixed.yaml', line: 9, name: 'bad', reason: expect.stringContaining('700000') as string }]);

    writeFileSync(join(folder, 'mixed.yaml'), 'kind: [no\n');
    await eventually(names, (found) => found.join() === 'good');
    await galley.printed('mixed.yaml:');
    expect((await fetchText(`http://${monitoring}/ready`)).status).toBe(200);
  });
});

describe('mixer', () => {
  const grpc = `${SUBNET}.0.4:9091`;
  const metrics = `${SUBNET}.0.4:42422`;
  let client: Client;
  const call = <T>(method: string, request: Uint8Array, decode: (bytes: Buffer) => T): Promise<T> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(`/istio.mixer.v1.Mixer/${method}`, (bytes: Buffer) => bytes, decode, Buffer.from(request), (error, answer) => (error ? reject(error) : resolve(answer!)));
    });
  /** Attributes by a word list of the request's own: word n is -n-1. */
  function bag(strings: Readonly<Record<string, string>>): { words: string[]; strings: Record<number, number> } {
    const words = [...new Set(Object.entries(strings).flat())];
    const index = (word: string): number => -words.indexOf(word) - 1;
    return { words, strings: Object.fromEntries(Object.entries(strings).map(([key, value]) => [index(key), index(value)])) };
  }
  const attributes = (path: string) => bag({
    'context.protocol': 'http', 'context.reporter.kind': 'inbound', 'destination.service.host': 'productpage.default.svc.cluster.local', 'destination.namespace': 'default',
    'destination.uid': 'kubernetes://productpage-v1.default', 'request.url_path': path,
  });
  const check = (path: string) => call('Check', CheckRequest.encode(CheckRequest.fromPartial({ attributes: attributes(path) })).finish(), (bytes) => CheckResponse.decode(bytes));

  it('answers Check and Report from a folder, and follows it', async () => {
    const folder = sampleFolder('mixer');
    await start('mixer', `${SUBNET}.0.4:15014`, ['server', '--config-dir', folder, '--address', `tcp://${grpc}`, '--prometheus-address', metrics]);
    client = new Client(grpc, credentials.createInsecure());
    closing.push(() => client.close());
    expect((await check('/api/v1/products/0/ratings')).precondition?.status?.code ?? 0).toBe(0);

    cpSync(task('deny-ratings.yaml'), join(folder, 'deny-ratings.yaml'));
    const { answer } = await eventually(() => check('/api/v1/products/0/ratings'), ({ precondition }) => precondition?.status?.code === 7);
    expect(answer.precondition?.status?.message).toBe('deny-ratings.istio-system:ratings are not for you');
    expect((await check('/productpage')).precondition?.status?.code ?? 0).toBe(0);

    const report = ReportRequest.fromPartial({ attributes: [attributes('/productpage')] });
    await call('Report', ReportRequest.encode(report).finish(), (bytes) => ReportResponse.decode(bytes));
    const counted = async (): Promise<number> => sumSamples(parsePrometheusText((await fetchText(`http://${metrics}/metrics`)).body), 'istio_requests_total', { reporter: 'destination', destination_workload: 'productpage-v1' });
    await eventually(counted, (total) => total > 0);
    expect(await counted()).toBe(1);
  });
});

const serviceAccountKey = await generateKey({ family: 'ecdsa' });
/** Starts a Citadel of its own; its root certificate is in the file that is returned. */
async function startCitadel(name: string, grpc: string): Promise<{ rootFile: string; tokenFile: string; token: string }> {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const rootFile = join(folder, 'root.pem');
  const tokenFile = join(folder, 'token');
  const [host = ''] = grpc.split(':');
  writeFileSync(join(folder, 'token-key.pem'), encodePublicKey(serviceAccountKey));
  const token = createServiceAccountToken({ key: serviceAccountKey, namespace: 'default', serviceAccount: 'bookinfo-reviews', audiences: ['istio-ca'], issuedAt: Date.now(), ttlMs: 600_000 });
  writeFileSync(tokenFile, token);
  await start('citadel', `${host}:15014`, ['--self-signed-ca', '--ca-dir', join(folder, 'ca'), '--root-cert-out', rootFile, '--grpc-address', grpc, '--grpc-hostname', host, '--token-public-key', join(folder, 'token-key.pem')]);
  return { rootFile, tokenFile, token };
}

describe('citadel', () => {
  const grpc = `${SUBNET}.0.5:8060`;

  it('signs for who shows a token, by the identity of the token, and for nobody else', async () => {
    const { rootFile, token } = await startCitadel('citadel', grpc);
    const rootPem = readFileSync(rootFile, 'utf8');
    const CaClient = makeClientConstructor(IstioCertificateServiceService as never, 'citadel');
    const client = new CaClient(grpc, credentials.createSsl(Buffer.from(rootPem)), { 'grpc.ssl_target_name_override': 'istio-citadel' });
    closing.push(() => client.close());
    const csr = await createCsr({ key: await generateKey({ family: 'ecdsa' }), identities: ['spiffe://cluster.local/ns/kube-system/sa/admin'] });
    const sign = (authorization?: string) =>
      new Promise<{ certChain: string[] }>((resolve, reject) => {
        const metadata = new Metadata();
        if (authorization !== undefined) metadata.set('authorization', authorization);
        const method = client['createCertificate'] as (request: object, metadata: Metadata, done: (error: ServiceError | null, answer: { certChain: string[] }) => void) => void;
        method.call(client, { csr, subjectId: '', validityDuration: 600 }, metadata, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    const { certChain } = await sign(`Bearer ${token}`);
    const leaf = parseCertificate(certChain[0]!);
    expect(leaf.identities).toEqual(['spiffe://cluster.local/ns/default/sa/bookinfo-reviews']);
    expect(verifyChain({ leaf, intermediates: [], roots: trustBundle(rootPem).certificates, now: Date.now() })).toHaveLength(2);
    await expect(sign()).rejects.toThrow(/UNAUTHENTICATED/);
    await expect(sign('Bearer forged')).rejects.toThrow(/UNAUTHENTICATED/);
  });
});

describe('pilot and pilot-agent', () => {
  const POD = `${SUBNET}.13.1`;
  const EGRESS = `${SUBNET}.13.2`;
  const admin = `${POD}:15000`;
  const status = `${POD}:15020`;
  let application: Server;
  let applicationPort = 0;

  beforeAll(async () => {
    application = createServer((request, response) => response.end(`hello from ${request.url}`));
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    applicationPort = (application.address() as { port: number }).port;
  });
  afterAll(() => {
    application.closeAllConnections();
    application.close();
  });

  /** One service with one workload behind a sidecar, which calls itself through its own egress listener. */
  const services = (abort: number): string => `
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: {name: reviews, namespace: default}
spec:
  hosts: [reviews.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{name: http, number: 9080, protocol: HTTP}]
  endpoints: [{address: ${POD}, labels: {app: reviews}}]
---
apiVersion: networking.istio.io/v1alpha3
kind: Sidecar
metadata: {name: reviews, namespace: default}
spec:
  workloadSelector: {labels: {app: reviews}}
  ingress: [{port: {number: 9080, protocol: HTTP, name: http}, bind: ${POD}, captureMode: NONE, defaultEndpoint: "127.0.0.1:${applicationPort}"}]
  egress: [{port: {number: 9080, protocol: HTTP, name: http}, bind: ${EGRESS}, captureMode: NONE, hosts: ["./*"]}]
---
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: reviews, namespace: default}
spec:
  hosts: [reviews.default.svc.cluster.local]
  http: [{match: [{uri: {prefix: /gone}}], fault: {abort: {percentage: {value: 100}, httpStatus: ${abort}}}, route: [{destination: {host: reviews.default.svc.cluster.local}}]}, {route: [{destination: {host: reviews.default.svc.cluster.local}}]}]
`;

  async function startPilot(name: string): Promise<{ folder: string; grpc: string; http: string }> {
    const folder = join(scratch, name);
    mkdirSync(folder);
    // Envoy can't open /dev/stdout, the default, where it is a socket, as a child's of Node is.
    writeFileSync(join(folder, 'mesh.yaml'), 'disablePolicyChecks: true\naccessLogFile: ""\n');
    writeFileSync(join(folder, 'services.yaml'), services(418));
    const [grpc, http] = [`${SUBNET}.0.3:15010`, `${SUBNET}.0.3:8080`];
    await start('pilot', `${SUBNET}.0.3:15014`, ['discovery', '--config-dir', folder, '--grpc-addr', grpc, '--http-addr', http]);
    return { folder, grpc, http };
  }

  const proxyEnv = {
    POD_NAME: 'reviews-v1', POD_NAMESPACE: 'default', SERVICE_ACCOUNT: 'bookinfo-reviews', ISTIO_META_INTERCEPTION_MODE: 'NONE', ISTIO_META_WORKLOAD_NAME: 'reviews-v1',
    ISTIO_META_CONFIG_NAMESPACE: 'default', ISTIO_METAJSON_LABELS: JSON.stringify({ app: 'reviews' }),
  };
  const agentArgs = async (name: string, discovery: string): Promise<string[]> => [
    ...['proxy', 'sidecar', '--ip', POD, '--id', 'reviews-v1.default', '--domain', 'default.svc.cluster.local', '--service-cluster', 'reviews', '--discovery-address', discovery],
    ...['--sds-socket', join(scratch, `${name}.sock`), '--config-path', join(scratch, name), '--proxy-admin-address', admin, '--status-address', status, '--envoy-binary', await ensureBinary('envoy'), '--concurrency', '1'],
  ];
  const callReviews = (path: string) => fetchText(`http://${EGRESS}:9080${path}`, { headers: { host: 'reviews:9080' } });

  it('configure a real Envoy from a folder, and follow it', async () => {
    const pilot = await startPilot('pilot');
    await start('pilot-agent', status, await agentArgs('agent', pilot.grpc), proxyEnv);
    const { answer } = await eventually(() => callReviews('/0'), (reply) => reply.status === 200);
    expect(answer.body).toBe('hello from /0');
    expect((await callReviews('/gone')).status).toBe(418);
    writeFileSync(join(pilot.folder, 'services.yaml'), services(451));
    await eventually(() => callReviews('/gone'), (reply) => reply.status === 451);
    const proxies = JSON.parse((await fetchText(`http://${pilot.http}/debug/syncz`)).body) as { proxy: string; synced: boolean }[];
    expect(proxies).toMatchObject([{ proxy: 'reviews-v1.default', synced: true }]);
    expect(JSON.stringify(proxies)).not.toMatch(/nack/i);
  });

  it('pilot-agent brings its Envoy to certificates and says what it waits for, without a Pilot', async () => {
    const { rootFile, tokenFile } = await startCitadel('agents-citadel', `${SUBNET}.0.5:8060`);
    const args = [...(await agentArgs('lonely', `${SUBNET}.0.3:15010`)), '--ca-address', `${SUBNET}.0.5:8060`, '--root-cert', rootFile, '--token-file', tokenFile, '--monitoring-address', status];
    const agent = startApp('pilot-agent', args, { cwd: scratch, env: proxyEnv });
    running.push(agent);
    const checks = async () => JSON.parse((await fetchText(`http://${status}/ready`)).body) as { ready: boolean; checks: Record<string, string> };
    const { answer } = await eventually(checks, (report) => report.checks['certificate'] === 'ok' && /config not received/.test(report.checks['envoy'] ?? ''), READY);
    expect(answer).toMatchObject({ ready: false, checks: { envoy: 'config not received from Pilot: CDS no, LDS no' } });
    expect(answer.checks).not.toHaveProperty('control-bus');
    const bootstrap = readFileSync(join(scratch, 'lonely/envoy-rev0.json'), 'utf8');
    expect(bootstrap).toContain(`sidecar~${POD}~reviews-v1.default~default.svc.cluster.local`);
    expect(existsSync(join(scratch, 'lonely/envoy.pid'))).toBe(true);
  });
});
