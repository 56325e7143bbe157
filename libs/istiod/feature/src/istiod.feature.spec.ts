import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { citadelMicroservice, ServingIdentity } from '@quartet/citadel-feature';
import { ControlBus } from '@quartet/control-bus';
import { ComponentInfo, ComponentModule, componentOptions, Loggers, Monitoring, parseOptions } from '@quartet/nest-kit';
import { ADS_METHOD, CLUSTER_TYPE, DiscoveryClient, LISTENER_TYPE } from '@quartet/xds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IstiodModule } from './istiod.module.js';
import { istiodOptions } from './istiod-options.js';

const reviews = `
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: {name: reviews, namespace: default}
spec:
  hosts: [reviews.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{name: http, number: 9080, protocol: HTTP}]
  endpoints: [{address: 127.77.3.1}]
`;
const ratings = reviews.replaceAll('reviews', 'ratings');
const denier = `
apiVersion: config.istio.io/v1alpha2
kind: rule
metadata: {name: deny-ratings, namespace: istio-system}
spec: {match: 'true', actions: [{handler: deny, instances: [nothing]}]}
`;
const mesh = 'accessLogFile: ""\nmixerCheckServer: istio-policy.istio-system:9091\nmixerReportServer: istio-telemetry.istio-system:9091\ndisablePolicyChecks: false\n';

/** What this process has open of sockets: TCP servers, connections, pipes, UDP. */
const openSockets = () => process.getActiveResourcesInfo().filter((type) => /^(TCPServer|TCPSocket|Pipe|UDP)/.test(type)).sort();

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

describe('istiod, started from a folder', () => {
  let dir: string;
  let app: INestApplication;
  let bus: ControlBus;
  let before: string[];
  let ports: { grpc: number; http: number; ca: number; monitoring: number };

  beforeAll(async () => {
    before = openSockets();
    dir = await mkdtemp(join(tmpdir(), 'istiod-'));
    await Promise.all(Object.entries({ 'mesh.yaml': mesh, 'reviews.yaml': reviews, 'deny.yaml': denier }).map(([name, text]) => writeFile(join(dir, name), text)));
    const [grpc = 0, http = 0, ca = 0, monitoring = 0] = await freePorts(4);
    ports = { grpc, http, ca, monitoring };
    const argv = ['--config-dir', dir, '--grpc-addr', `127.0.0.1:${grpc}`, '--http-addr', `127.0.0.1:${http}`, '--debounce-after', '10ms', '--self-signed-ca', '--ca-dir', join(dir, '.ca'), '--ca-key-type', 'ecdsa'];
    const { options } = parseOptions({ name: 'istiod', description: '' }, { ...istiodOptions, ...componentOptions }, { argv, env: {} });
    bus = ControlBus.start({ component: 'istiod', instance: 'test', version: 'test', address: '' });
    const context = { info: new ComponentInfo('istiod', 'test', 'test', new Date()), loggers: new Loggers('none'), monitoring: new Monitoring('istiod', 'test'), bus };
    const identity = new ServingIdentity();
    app = await NestFactory.create(ComponentModule.forRoot(context, IstiodModule.forRoot(options, identity)), { logger: false, abortOnError: false });
    app.connectMicroservice<MicroserviceOptions>(citadelMicroservice(`127.0.0.1:${ca}`, identity));
    await app.init();
    await app.startAllMicroservices();
    await app.listen(monitoring, '127.0.0.1');
  });

  afterAll(async () => {
    await app?.close();
    await bus?.close();
    await rm(dir, { recursive: true, force: true });
  });

  const get = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).text();

  it('opens four sockets and none to itself: xDS, CA, debug and monitoring', async () => {
    const opened = [...openSockets()];
    for (const type of before) opened.splice(opened.indexOf(type), 1);
    expect(opened).toEqual(Array(4).fill('TCPServerWrap'));
    for (const port of Object.values(ports)) await new Promise<void>((resolve, reject) => connect(port, '127.0.0.1', function (this: { destroy(): void }) { this.destroy(); resolve(); }).once('error', reject));
  });

  it('gives what Galley read to Pilot, without anything for Mixer', async () => {
    const node = { id: 'sidecar~127.77.1.1~productpage-v1.default~default.svc.cluster.local', metadata: { ISTIO_VERSION: '1.4.10' } };
    const client = new DiscoveryClient({ target: `127.0.0.1:${ports.grpc}`, method: ADS_METHOD, node });
    try {
      client.request({ typeUrl: CLUSTER_TYPE, resourceNames: [] });
      const clusters = await client.response(1, CLUSTER_TYPE);
      client.ack(clusters, []);
      expect(clusters.resources.map(({ value }) => Cluster.decode(value).name)).toContain('outbound|9080||reviews.default.svc.cluster.local');
      client.request({ typeUrl: LISTENER_TYPE, resourceNames: [] });
      const listeners = await client.response(1, LISTENER_TYPE);
      expect(listeners.resources.map(({ value }) => value.toString('latin1')).join()).not.toMatch(/mixer-agent|ext_authz|x-mixer/);
      await writeFile(join(dir, 'ratings.yaml'), ratings);
      const changed = await client.response(2, CLUSTER_TYPE);
      expect(changed.resources.map(({ value }) => Cluster.decode(value).name)).toContain('outbound|9080||ratings.default.svc.cluster.local');
    } finally {
      client.close();
    }
  });

  it('names what only Mixer would read, on the monitoring and the debug port', async () => {
    for (const port of [ports.monitoring, ports.http]) {
      const problems = JSON.parse(await get(port, '/debug/problems')) as { kind: string; name: string; field: string; reason: string }[];
      expect(problems.map(({ kind, name, field }) => [kind, name, field].join(' '))).toEqual(['MeshConfig meshconfig mixerCheckServer', 'MeshConfig meshconfig mixerReportServer', 'rule deny-ratings ']);
      expect(problems[2]?.reason).toBe('has no meaning without Mixer; see quartet migrate');
    }
  });

  it.each([['/ready', '"ready":true'], ['/debug/syncz', '['], ['/metrics', 'citadel_'], ['/metrics', 'galley_runtime'], ['/metrics', 'pilot_xds']])('answers %s', async (path, expected) => {
    expect(await get(ports.monitoring, path)).toContain(expected);
  });
});
