import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, fetchText, PODS, sumSamples } from '@quartet/local-mesh';
import { TestMesh } from './test-mesh.js';

/** Long enough for a restart, its back-off and a rotation on a loaded machine of two cores. */
const RECOVERY_MS = 30_000;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await TestMesh.start('127.91');
});
afterAll(() => mesh?.stop());

const pod = (name: string) => PODS.find((entry) => entry.name === name)!;
const hop = (source: string, destination: string) => ({ source_workload: source, destination_workload: destination, response_code: '200' });

describe('1 and 2: a request through the gateway', () => {
  const REQUESTS = 20;

  it('counts every hop exactly, as seen from both sides', async () => {
    for (let sent = 0; sent < REQUESTS; sent += 1) expect((await mesh.client.get('/productpage')).status).toBe(200);
    for (const reporter of ['source', 'destination']) {
      await expectTotal({ reporter, ...hop('istio-ingressgateway', 'productpage-v1') }, REQUESTS);
      await expectTotal({ reporter, ...hop('productpage-v1', 'details-v1') }, REQUESTS);
      await expectTotal({ reporter, source_workload: 'productpage-v1', destination_app: 'reviews', response_code: '200' }, REQUESTS);
    }
    const samples = await mesh.client.mixerMetrics();
    for (const version of ['v2', 'v3']) {
      const reviews = sumSamples(samples, 'istio_requests_total', { reporter: 'destination', ...hop('productpage-v1', `reviews-${version}`) });
      expect(reviews).toBeGreaterThan(0);
      for (const reporter of ['source', 'destination']) expect(sumSamples(samples, 'istio_requests_total', { reporter, ...hop(`reviews-${version}`, 'ratings-v1') })).toBe(reviews);
    }
    expect(sumSamples(samples, 'istio_requests_total', hop('reviews-v1', 'ratings-v1'))).toBe(0);
  });

  it('goes on exactly from there', async () => {
    expect((await mesh.client.get('/productpage')).status).toBe(200);
    for (const reporter of ['source', 'destination']) await expectTotal({ reporter, destination_workload: 'productpage-v1' }, REQUESTS + 1);
  });

  it('is mutual TLS with SPIFFE ids between sidecars, by what Envoy says', async () => {
    for (const [name, peer] of [['reviews-v2', 'productpage'], ['ratings-v1', 'reviews']] as const) {
      const { n, serviceAccount } = pod(name);
      const stats = await mesh.envoyStats(n, 'listener.*ssl');
      expect(sumSamples(stats, 'envoy_listener_ssl_handshake')).toBeGreaterThan(0);
      expect(sumSamples(stats, 'envoy_listener_ssl_fail_verify_no_cert')).toBe(0);
      const certs = JSON.parse(await mesh.admin(n, '/certs')) as { certificates: { cert_chain: { subject_alt_names: { uri: string }[] }[] }[] };
      expect(certs.certificates.flatMap(({ cert_chain }) => cert_chain.flatMap((cert) => cert.subject_alt_names.map(({ uri }) => uri)))).toContain(`spiffe://cluster.local/ns/default/sa/${serviceAccount}`);
      await expectAtLeastOne({ reporter: 'destination', destination_workload: name, connection_security_policy: 'mutual_tls', source_principal: `cluster.local/ns/default/sa/bookinfo-${peer}` });
    }
  });

  it('is scraped by Prometheus', async () => {
    const query = encodeURIComponent('sum(istio_requests_total{reporter="destination",destination_workload="productpage-v1"})');
    await eventually(
      async () => JSON.parse((await fetchText(`${mesh.mesh.layout.prometheusUrl()}/api/v1/query?query=${query}`)).body) as { data: { result: { value: [number, string] }[] } },
      ({ data }) => data.result[0]?.value[1] === String(REQUESTS + 1),
      { timeoutMs: RECOVERY_MS },
    );
  });
});

describe('3: a change of configuration', () => {
  it('moves traffic within two seconds, without a restart', async () => {
    const pids = () => mesh.mesh.supervisor.list().map(({ name, identity }) => `${name} ${identity?.pid}`);
    const before = pids();
    mesh.apply('reviews-v3.yaml');
    const { tookMs } = await eventually(() => mesh.client.countVersions(5), ({ v3 }) => v3 === 5);
    expect(tookMs).toBeLessThan(2_000);
    expect(await mesh.client.countVersions(20)).toEqual({ v1: 0, v2: 0, v3: 20 });
    expect(pids()).toEqual(before);
    mesh.remove('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(6), ({ v1, v2 }) => v1 > 0 && v2 > 0);
  });
});

describe('7: no proxy ever refused what Pilot sent', () => {
  it('shows every proxy synced and no NACK', async () => {
    const { answer } = await eventually(() => mesh.syncz(), (proxies) => proxies.length === PODS.length);
    for (const proxy of answer) expect(JSON.stringify(proxy)).not.toMatch(/nack/i);
    for (const { n } of PODS) {
      const stats = await mesh.envoyStats(n, 'update_rejected');
      expect(stats.filter(({ value }) => value > 0)).toEqual([]);
    }
  });
});

async function expectTotal(labels: Record<string, string>, expected: number): Promise<void> {
  await eventually(() => mesh.requestsTotal(labels), (total) => total >= expected).catch((error: Error) => expect.fail(`${JSON.stringify(labels)}: expected ${expected}, ${error.message}`));
  expect(await mesh.requestsTotal(labels), JSON.stringify(labels)).toBe(expected);
}

async function expectAtLeastOne(labels: Record<string, string>): Promise<void> {
  await eventually(() => mesh.requestsTotal(labels), (total) => total > 0).catch((error: Error) => expect.fail(`${JSON.stringify(labels)}: ${error.message}`));
}
