import { readlinkSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, fetchText, PODS, sumSamples } from '@quartet/local-mesh';
import { SteadyTraffic } from './steady-traffic.js';
import { TestMesh } from './test-mesh.js';

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await TestMesh.start('127.94', { mode: 'consolidated', prometheus: false });
});
afterAll(() => mesh?.stop());

const istiod = () => mesh.mesh.supervisor.get('istiod')!;
const problems = async () => JSON.parse((await fetchText(`http://${mesh.mesh.layout.control(3, 15014)}/debug/problems`)).body) as { kind: string; name: string; reason: string }[];

describe('Figure 2: istiod in the place of four components', () => {
  it('runs the same workloads without Galley, Citadel, Mixer and the control bus', () => {
    const names = mesh.mesh.supervisor.list().map(({ name }) => name);
    expect(names).toContain('istiod');
    expect(names.filter((name) => /galley|pilot|citadel|mixer|nats/.test(name))).toEqual([]);
  });

  it('listens for xDS, certificates, debugging and monitoring, and opens no connection of its own', () => {
    const { layout } = mesh.mesh;
    const sockets = tcpSocketsOf(istiod().identity!.pid);
    expect(sockets.filter(({ listening }) => listening).map(({ local }) => local).sort()).toEqual([15010, 8080, 8060, 15014].map((port) => layout.control(3, port)).sort());
    const own = sockets.filter(({ listening }) => listening).map(({ local }) => local);
    expect(sockets.filter(({ listening, local }) => !listening && !own.includes(local))).toEqual([]);
  });

  it('names what has no meaning without Mixer, and the way out', async () => {
    const found = await problems();
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual(expect.arrayContaining(['rule promhttp', 'handler prometheus', 'instance requestcount']));
    expect(new Set(found.map(({ reason }) => reason))).toEqual(new Set(['has no meaning without Mixer; see quartet migrate']));
  });
});

describe('a request through the gateway', () => {
  it('reaches the page and all versions of reviews', async () => {
    const { status, body } = await mesh.client.get('/productpage');
    expect(status).toBe(200);
    expect(body).not.toMatch(/currently unavailable/i);
    const versions = await mesh.client.countVersions(12);
    expect(Object.values(versions).filter((count) => count > 0)).toHaveLength(3);
  });

  it('is counted exactly, as seen from both sides, by Envoy itself', async () => {
    const hop = (source: string, destination: string) => ({ source_workload: source, destination_workload: destination });
    const sent = 10;
    const total = async (labels: Record<string, string>) => sumSamples(await mesh.client.metrics(), 'istio_requests_total', labels);
    for (let index = 0; index < sent; index += 1) expect((await mesh.client.get('/api/v1/products/404')).status).toBe(404);
    for (const reporter of ['source', 'destination']) {
      const labels = { reporter, ...hop('istio-ingressgateway', 'productpage-v1'), response_code: '404' };
      await eventually(() => total(labels), (count) => count >= sent);
      expect(await total(labels), reporter).toBe(sent);
    }
    const ratings = (reporter: string) => total({ reporter, destination_workload: 'ratings-v1', source_app: 'reviews' });
    await eventually(async () => [await ratings('source'), await ratings('destination')] as const, ([source, destination]) => source > 0 && source === destination);
    expect(await total({ reporter: 'destination', connection_security_policy: 'mutual_tls', source_principal: 'spiffe://cluster.local/ns/default/sa/bookinfo-reviews' })).toBeGreaterThan(0);
  });

  it('is mutual TLS with SPIFFE ids between sidecars, by what Envoy says', async () => {
    for (const name of ['productpage-v1', 'ratings-v1']) {
      const { n, serviceAccount } = PODS.find((pod) => pod.name === name)!;
      const stats = await mesh.envoyStats(n, 'listener.*ssl');
      expect(sumSamples(stats, 'envoy_listener_ssl_handshake')).toBeGreaterThan(0);
      expect(sumSamples(stats, 'envoy_listener_ssl_fail_verify_no_cert')).toBe(0);
      expect(await mesh.admin(n, '/certs')).toContain(`spiffe://cluster.local/ns/default/sa/${serviceAccount}`);
    }
  });
});

describe('a change of configuration', () => {
  it('moves traffic within two seconds, without a restart', async () => {
    const before = istiod().identity?.pid;
    mesh.apply('reviews-v3.yaml');
    const { tookMs } = await eventually(() => mesh.client.countVersions(5), ({ v3 }) => v3 === 5);
    expect(tookMs).toBeLessThan(2_000);
    expect(await mesh.client.countVersions(20)).toEqual({ v1: 0, v2: 0, v3: 20 });
    expect(istiod().identity?.pid).toBe(before);
    mesh.remove('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(6), ({ v1, v2 }) => v1 > 0 && v2 > 0);
  });

  it('refuses by the identity of the caller: 403 of Envoy itself', async () => {
    const ratings = '/api/v1/products/0/ratings';
    mesh.apply('ratings-for-reviews.yaml');
    const { answer } = await eventually(() => mesh.client.get(ratings), ({ status }) => status === 403);
    expect(answer.body).toContain('RBAC: access denied');
    const { v2, v3 } = await mesh.client.countVersions(9);
    expect(v2 + v3, 'reviews with stars of ratings').toBeGreaterThan(0);
    mesh.remove('ratings-for-reviews.yaml');
    await eventually(() => mesh.client.get(ratings), ({ status }) => status === 200);
  });
});

describe('a limit', () => {
  it('answers 429 by itself to a user who asks too often, and to nobody else', async () => {
    const products = '/api/v1/products';
    const ann = { 'end-user': 'ann' };
    mesh.apply('limit-productpage.yaml');
    const { answer } = await eventually(() => mesh.client.get(products, ann), ({ status }) => status === 429, { intervalMs: 10 });
    expect(answer.body).toBe('local_rate_limited');
    expect((await mesh.client.get(products, { 'end-user': 'ben' })).status).toBe(200);
    expect((await mesh.client.get(products)).status).toBe(200);
    mesh.remove('limit-productpage.yaml');
    await eventually(() => mesh.client.get(products, ann), ({ status }) => status === 200);
  });
});

describe('istiod killed and restarted', () => {
  it('takes nothing from traffic, and the next change arrives', async () => {
    const traffic = new SteadyTraffic(mesh.client);
    await traffic.more(10);
    await mesh.kill('istiod');
    await traffic.more(40);
    await mesh.restart('istiod');
    mesh.apply('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(5), ({ v3 }) => v3 === 5, { timeoutMs: 20_000 });
    mesh.remove('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(6), ({ v1, v2 }) => v1 > 0 && v2 > 0, { timeoutMs: 20_000 });
    expect((await traffic.stop()).failures).toEqual([]);
  });
});

describe('what istiod sends', () => {
  it('was never refused by a proxy, and every proxy is in sync', async () => {
    await mesh.synced();
    for (const { n } of PODS) expect((await mesh.envoyStats(n, 'update_rejected')).filter(({ value }) => value > 0)).toEqual([]);
  });

  it('asks no Mixer: no check filter and no report', async () => {
    for (const { n } of PODS) expect(await mesh.admin(n, '/config_dump?resource=dynamic_listeners')).not.toMatch(/ext_authz|http_grpc|tcp_grpc/);
  });
});

interface TcpSocket {
  readonly local: string;
  readonly listening: boolean;
}

/** IPv4 sockets that a process has open, by the kernel's tables (proc(5)). */
function tcpSocketsOf(pid: number): TcpSocket[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1] ?? []));
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1).map((row) => row.trim().split(/\s+/));
  return rows.filter((row) => inodes.has(row[9] ?? '')).map((row) => ({ local: addressOf(row[1] ?? ''), listening: row[3] === '0A' }));
}

/** Empty for a descriptor that was closed in between. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** `0300797F:3AA2` -> `127.121.0.3:15010` */
function addressOf(text: string): string {
  const [ip = '', port = ''] = text.split(':');
  return `${(ip.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16)).join('.')}:${parseInt(port, 16)}`;
}
