import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, makeClientConstructor, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Client, ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { Secret } from '@quartet/api/envoy/extensions/transport_sockets/tls/v3/secret';
import { DiscoveryRequest, DiscoveryResponse } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { parseCertificate } from '@quartet/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SdsServer } from './sds-server.js';
import { SecretManager } from './secret-manager.js';
import { newStatistics } from './statistics.js';
import { FakeCa, FakeClock } from './testing/fake-ca.js';

const hour = 3_600_000;
const typeUrl = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';
const codec = {
  requestSerialize: (request: DiscoveryRequest) => Buffer.from(DiscoveryRequest.encode(request).finish()),
  requestDeserialize: DiscoveryRequest.decode,
  responseSerialize: (response: DiscoveryResponse) => Buffer.from(DiscoveryResponse.encode(response).finish()),
  responseDeserialize: DiscoveryResponse.decode,
};
const base = '/envoy.service.secret.v3.SecretDiscoveryService';
const SdsClient = makeClientConstructor({
  stream: { path: `${base}/StreamSecrets`, requestStream: true, responseStream: true, ...codec },
  fetch: { path: `${base}/FetchSecrets`, requestStream: false, responseStream: false, ...codec },
  delta: { path: `${base}/DeltaSecrets`, requestStream: true, responseStream: true, ...codec },
} as never, 'sds');

/** Envoy's side of one stream: asks, takes what comes, answers. */
class Envoy {
  private readonly queue: DiscoveryResponse[] = [];
  private wake: (() => void) | undefined;
  error: ServiceError | undefined;
  constructor(private readonly stream: ClientDuplexStream<DiscoveryRequest, DiscoveryResponse>) {
    stream.on('data', (response: DiscoveryResponse) => {
      this.queue.push(response);
      this.wake?.();
    });
    stream.on('error', (error: ServiceError) => {
      this.error = error;
      this.wake?.();
    });
  }

  send(request: object): void {
    this.stream.write(DiscoveryRequest.fromPartial({ typeUrl, node: { id: 'sidecar~1.1.1.1~a.b~b.svc' }, ...request } as never));
  }

  async next(): Promise<DiscoveryResponse> {
    while (this.queue.length === 0 && !this.error) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.error) throw this.error;
    return this.queue.shift()!;
  }

  get waiting(): number {
    return this.queue.length;
  }

  end(): void {
    this.stream.cancel();
  }
}

const secretOf = (response: DiscoveryResponse) => Secret.decode(response.resources[0]!.value);
const chainOf = (response: DiscoveryResponse) => secretOf(response).tlsCertificate!.certificateChain!.inlineBytes!.toString();

let dir: string;
let server: Server;
let sds: SdsServer;
let client: Client & { stream(): ClientDuplexStream<DiscoveryRequest, DiscoveryResponse>; delta(): ClientDuplexStream<DiscoveryRequest, DiscoveryResponse>; fetch(request: DiscoveryRequest, callback: (error: ServiceError | null, response: DiscoveryResponse) => void): void };
let clock: FakeClock;
let ca: FakeCa;
let manager: SecretManager;
const statistics = newStatistics();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sds-'));
  clock = new FakeClock(Date.UTC(2030, 0, 1));
  ca = await FakeCa.make(clock);
  Object.assign(statistics, newStatistics());
  const log = { info: () => undefined, warn: () => undefined };
  manager = new SecretManager({ ca, clock, statistics, log, identity: 'spiffe://td/ns/a/sa/b', ttlMs: 24 * hour, keyFamily: 'ecdsa', pkcs8: false, rotation: { graceRatio: 0.5, minGraceMs: 0 }, random: () => 0 });
  sds = new SdsServer({ secrets: manager, statistics, log, now: clock.now });
  server = new Server();
  sds.addTo(server);
  const address = `unix:${join(dir, 'sds.sock')}`;
  await new Promise<void>((resolve, reject) => server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())));
  client = new SdsClient(address, credentials.createInsecure()) as never;
});

afterEach(async () => {
  manager.stop();
  sds.close();
  client.close();
  server.forceShutdown();
  await rm(dir, { recursive: true });
});

describe('StreamSecrets', () => {
  it('lets a request wait for the first certificate, and pushes each later one, over many streams', async () => {
    const streams = [new Envoy(client.stream()), new Envoy(client.stream()), new Envoy(client.stream())];
    streams[0]!.send({ resourceNames: ['default'] });
    streams[1]!.send({ resourceNames: ['ROOTCA'] });
    streams[2]!.send({ resourceNames: ['default'] });
    while (statistics.activeConnections < 3) await new Promise((resolve) => setImmediate(resolve));
    manager.start();
    const [first, root, other] = await Promise.all(streams.map((stream) => stream.next()));
    expect(parseCertificate(chainOf(first!)).identities).toEqual(['spiffe://td/ns/a/sa/b']);
    expect(chainOf(other!)).toBe(chainOf(first!));
    expect(secretOf(root!).validationContext!.trustedCa!.inlineBytes!.toString()).toBe(ca.rootPem);
    streams[0]!.send({ resourceNames: ['default'], versionInfo: first!.versionInfo, responseNonce: first!.nonce });

    clock.advance(12 * hour);
    const [second, third] = await Promise.all([streams[0]!.next(), streams[2]!.next()]);
    expect(chainOf(second!)).not.toBe(chainOf(first!));
    expect(second!.versionInfo).not.toBe(first!.versionInfo);
    expect(chainOf(third!)).toBe(chainOf(second!));
    expect(streams[1]!.waiting).toBe(0);
    for (const stream of streams) stream.end();
    while (statistics.activeConnections > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('pushes a new root to those who asked for it', async () => {
    manager.start();
    const envoy = new Envoy(client.stream());
    envoy.send({ resourceNames: ['ROOTCA'] });
    const first = await envoy.next();
    await ca.changeRoot();
    manager.renew();
    const second = await envoy.next();
    expect(secretOf(second).validationContext!.trustedCa!.inlineBytes!.toString()).toBe(ca.rootPem);
    expect(second.nonce).not.toBe(first.nonce);
    envoy.end();
  });

  it('issues nothing for a NACK, but counts it', async () => {
    manager.start();
    const envoy = new Envoy(client.stream());
    envoy.send({ resourceNames: ['default'] });
    const { nonce } = await envoy.next();
    envoy.send({ resourceNames: ['default'], responseNonce: nonce, errorDetail: { code: 3, message: 'no' } });
    while (statistics.rejected === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ca.requests).toHaveLength(1);
    expect(envoy.waiting).toBe(0);
    envoy.end();
  });

  it('refuses a stream without a node', async () => {
    const envoy = new Envoy(client.stream());
    envoy.send({ resourceNames: ['default'], node: undefined });
    await expect(envoy.next()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it('says what is pending', async () => {
    manager.start();
    const envoy = new Envoy(client.stream());
    envoy.send({ resourceNames: ['default', 'nobody'] });
    await envoy.next();
    expect(statistics.unknownResources).toBe(1);
    expect(sds.clients()).toEqual([{ connectionId: 'sidecar~1.1.1.1~a.b~b.svc-1', resourceNames: ['default', 'nobody'] }]);
    envoy.end();
  });
});

it('FetchSecrets answers at once; DeltaSecrets is unimplemented', async () => {
  const fetch = () => new Promise<DiscoveryResponse>((resolve, reject) => client.fetch(DiscoveryRequest.fromPartial({ typeUrl, resourceNames: ['default'] }), (error, response) => (error ? reject(error) : resolve(response))));
  await expect(fetch()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  const issued = new Promise((resolve) => manager.subscribe(resolve));
  manager.start();
  await issued;
  expect(parseCertificate(chainOf(await fetch())).identities).toEqual(['spiffe://td/ns/a/sa/b']);
  const delta = new Envoy(client.delta());
  delta.send({ resourceNames: ['default'] });
  await expect(delta.next()).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});
