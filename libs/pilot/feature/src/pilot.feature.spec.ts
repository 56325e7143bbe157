import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ControlBus } from '@quartet/control-bus';
import { ComponentInfo, ComponentModule, componentOptions, Loggers, Monitoring, parseOptions } from '@quartet/nest-kit';
import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { ADS_METHOD, CLUSTER_TYPE, DiscoveryClient, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@quartet/xds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PilotModule } from './pilot.module.js';
import { pilotOptions } from './pilot-options.js';

const serviceEntry = (address: string) => `
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: {name: reviews, namespace: default}
spec:
  hosts: [reviews.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{name: http, number: 9080, protocol: HTTP}]
  endpoints: [{address: ${address}, labels: {version: v1}}]
`;
const mesh = 'accessLogFile: ""\n';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('Pilot, started from a folder', () => {
  let dir: string;
  let app: INestApplication;
  let bus: ControlBus;
  let grpc: number;
  let http: number;
  let client: DiscoveryClient;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilot-'));
    await writeFile(join(dir, 'mesh.yaml'), mesh);
    await writeFile(join(dir, 'services.yaml'), serviceEntry('127.77.3.1'));
    [grpc, http] = [await freePort(), await freePort()];
    const argv = ['--config-dir', dir, '--grpc-addr', `127.0.0.1:${grpc}`, '--http-addr', `127.0.0.1:${http}`, '--debounce-after', '10ms'];
    const { options } = parseOptions({ name: 'pilot', description: '' }, { ...pilotOptions, ...componentOptions }, { argv, env: {} });
    bus = ControlBus.start({ component: 'pilot', instance: 'test', version: 'test', address: '' });
    const context = { info: new ComponentInfo('pilot', 'test', 'test', new Date()), loggers: new Loggers('none'), monitoring: new Monitoring('pilot', 'test'), bus };
    app = await NestFactory.create(ComponentModule.forRoot(context, PilotModule.forRoot(options)), { logger: false, abortOnError: false });
    await app.init();
    client = new DiscoveryClient({ target: `127.0.0.1:${grpc}`, method: ADS_METHOD, node: { id: 'sidecar~127.77.1.1~productpage-v1.default~default.svc.cluster.local', metadata: { ISTIO_VERSION: '1.4.10' } } });
    for (const [typeUrl, resourceNames] of [[CLUSTER_TYPE, []], [ENDPOINT_TYPE, ['outbound|9080||reviews.default.svc.cluster.local']], [LISTENER_TYPE, []], [ROUTE_TYPE, ['9080']]] as const) {
      client.request({ typeUrl, resourceNames: [...resourceNames] });
      client.ack(await client.response(1, typeUrl), resourceNames);
    }
  });

  afterAll(async () => {
    client?.close();
    await app?.close();
    await bus?.close();
    await rm(dir, { recursive: true, force: true });
  });

  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${http}${path}`);
    const body = await response.text();
    return { status: response.status, body, json: () => JSON.parse(body) as unknown };
  };

  it('serves clusters of its services', async () => {
    const { resources } = await client.response(1, CLUSTER_TYPE);
    expect(resources.map(({ value }) => Cluster.decode(value).name)).toContain('outbound|9080||reviews.default.svc.cluster.local');
  });

  it('is ready, and shows the proxy in sync', async () => {
    expect((await get('/ready')).status).toBe(200);
    expect((await get('/debug/syncz')).json()).toMatchObject([{ proxy: 'productpage-v1.default', istio_version: '1.4.10', cluster_sent: '1', listener_sent: '3', route_sent: '4', endpoint_sent: '2' }]);
  });

  it.each([
    ['/debug', '/debug/syncz'], ['/debug/registryz', 'reviews.default.svc.cluster.local'], ['/debug/endpointz?brief=1', '127.77.3.1:9080'], ['/debug/configz', 'service-entry'],
    ['/debug/edsz', 'outbound|9080||reviews.default.svc.cluster.local'], ['/debug/cdsz', 'outbound|9080||reviews.default.svc.cluster.local'], ['/debug/adsz', '"listeners"'],
    ['/debug/config_dump?proxyID=productpage-v1.default', 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump'], ['/debug/push_status', 'ProxyStatus'], ['/debug/diagnosticsz', '['],
    ['/debug/authenticationz?proxyID=productpage-v1.default', '"TLS_conflict_status": "OK"'], ['/debug/endpointShardz', 'Shards'],
    ['/metrics', 'pilot_xds_pushes{type="cds"} 1'], ['/metrics', 'pilot_xds 1'], ['/version', '\n'],
  ])('answers %s', async (path, expected) => {
    const { status, body } = await get(path);
    expect(status, body).toBe(200);
    expect(body).toContain(expected);
  });

  it.each([['/debug/config_dump', 400], ['/debug/config_dump?proxyID=nobody.default', 404], ['/debug/authenticationz', 400]])('refuses %s with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it('pushes new endpoints when the file changes', async () => {
    await writeFile(join(dir, 'services.yaml'), serviceEntry('127.77.4.1'));
    const { resources } = await client.response(2, ENDPOINT_TYPE);
    expect(resources.map(({ value }) => value.toString('latin1')).join()).toContain('127.77.4.1');
  });
});
