import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, sumSamples } from '@quartet/local-mesh';
import { SteadyTraffic } from './steady-traffic.js';
import { TestMesh } from './test-mesh.js';

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await TestMesh.start('127.92', { prometheus: false });
});
afterAll(() => mesh?.stop());

const RATINGS = '/api/v1/products/0/ratings';
const REVIEWS = '/api/v1/products/0/reviews';
const PRODUCTS = '/api/v1/products';
const statusOf = async (path: string, headers: Record<string, string> = {}) => (await mesh.client.get(path, headers)).status;

describe('4: Mixer decides', () => {
  it('denies the matching path only, with the message of the rule', async () => {
    mesh.apply('deny-ratings.yaml');
    const { answer } = await eventually(() => mesh.client.get(RATINGS), ({ status }) => status === 403);
    expect(answer.body).toBe('PERMISSION_DENIED:deny-ratings.istio-system:ratings are not for you');
    for (const path of ['/productpage', REVIEWS, PRODUCTS]) expect(await statusOf(path), path).toBe(200);
    expect(await statusOf(RATINGS)).toBe(403);
    mesh.remove('deny-ratings.yaml');
    await eventually(() => statusOf(RATINGS), (status) => status === 200);
  });

  it('refuses who is on a list, on the listed paths only', async () => {
    mesh.apply('blacklist-users.yaml');
    const mallory = { 'end-user': 'mallory' };
    const { answer } = await eventually(() => mesh.client.get(PRODUCTS, mallory), ({ status }) => status === 403);
    expect(answer.body).toContain('mallory is blacklisted');
    expect(await statusOf(PRODUCTS, { 'end-user': 'alice' })).toBe(200);
    expect(await statusOf('/productpage', mallory)).toBe(200);
    mesh.remove('blacklist-users.yaml');
    await eventually(() => statusOf(PRODUCTS, mallory), (status) => status === 200);
  });

  it('limits each user by a quota: 429, and other users pass', async () => {
    mesh.apply('quota-productpage.yaml');
    const ann = { 'end-user': 'ann' };
    const { answer } = await eventually(() => mesh.client.get(PRODUCTS, ann), ({ status }) => status === 429, { intervalMs: 10 });
    expect(answer.body).toBe('RESOURCE_EXHAUSTED:Quota is exhausted for: requestcountquota');
    expect(await statusOf(PRODUCTS, { 'end-user': 'ben' })).toBe(200);
    mesh.remove('quota-productpage.yaml');
    await eventually(() => statusOf(PRODUCTS, ann), (status) => status === 200);
  });
});

describe('5: Mixer killed', () => {
  /** A user that no check was cached for. */
  let users = 0;
  const newUser = () => ({ 'end-user': `user-${(users += 1)}` });

  beforeAll(async () => {
    mesh.apply('blacklist-users.yaml');
    await eventually(() => statusOf(PRODUCTS, { 'end-user': 'mallory' }), (status) => status === 403);
  });
  afterAll(() => mesh.remove('blacklist-users.yaml'));

  it('stops traffic that has to be checked when the mesh says fail close', async () => {
    await mesh.kill('mixer');
    expect(await statusOf(PRODUCTS, newUser())).toBe(503);
    await mesh.restart('mixer');
    await eventually(() => statusOf(PRODUCTS, newUser()), (status) => status === 200);
  });

  it('lets traffic go on when the mesh says fail open', async () => {
    setMesh('policyCheckFailOpen: false', 'policyCheckFailOpen: true');
    await mesh.synced();
    await mesh.kill('mixer');
    await eventually(() => statusOf(PRODUCTS, newUser()), (status) => status === 200);
    const traffic = new SteadyTraffic(mesh.client);
    await traffic.more(30);
    expect((await traffic.stop()).failures).toEqual([]);
  });

  it('resumes telemetry, exactly, after its restart', async () => {
    const sent = 15;
    await mesh.restart('mixer');
    await eventually(() => statusOf(PRODUCTS, { 'end-user': 'mallory' }), (status) => status === 403);
    for (let index = 0; index < sent; index += 1) expect(await statusOf('/api/v1/products/404')).toBe(404);
    for (const reporter of ['source', 'destination']) {
      const labels = { reporter, destination_workload: 'productpage-v1', response_code: '404' };
      const { answer } = await eventually(() => mesh.client.mixerMetrics(), (samples) => sumSamples(samples, 'istio_requests_total', labels) >= sent);
      expect(sumSamples(answer, 'istio_requests_total', labels)).toBe(sent);
    }
  });

  function setMesh(from: string, to: string): void {
    const file = join(mesh.mesh.layout.configDir(), 'mesh.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
  }
});
