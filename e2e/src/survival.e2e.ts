import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, PODS } from '@quartet/local-mesh';
import { SteadyTraffic } from './steady-traffic.js';
import { TestMesh } from './test-mesh.js';

/** Certificates of a minute, renewed when half of it is over, so that a test sees rotations. */
const SECRET_TTL = '60s';
const ROTATION_MS = 75_000;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await TestMesh.start('127.93', { prometheus: false, env: { QUARTET_SECRET_TTL: SECRET_TTL } });
});
afterAll(() => mesh?.stop());

describe('6: a component killed and restarted', () => {
  it.each(['galley', 'pilot'])('%s: traffic never fails, and the next change arrives', async (component) => {
    const traffic = new SteadyTraffic(mesh.client);
    await traffic.more(10);
    await mesh.kill(component);
    await traffic.more(40);
    await mesh.restart(component);
    await traffic.more(10);

    mesh.apply('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(5), ({ v3 }) => v3 === 5, { timeoutMs: 20_000 });
    mesh.remove('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(6), ({ v1, v2 }) => v1 > 0 && v2 > 0, { timeoutMs: 20_000 });
    const { failures } = await traffic.stop();
    expect(failures).toEqual([]);
  });

  it('citadel: traffic never fails, and the next rotation arrives', { timeout: 3 * ROTATION_MS }, async () => {
    const ratings = PODS.find(({ name }) => name === 'ratings-v1')!;
    const traffic = new SteadyTraffic(mesh.client);
    await mesh.kill('citadel');
    await traffic.more(40);
    const before = await mesh.certificateSerial(ratings.n);
    await mesh.restart('citadel');
    await eventually(() => mesh.certificateSerial(ratings.n), (serial) => serial !== undefined && serial !== before, { timeoutMs: ROTATION_MS, intervalMs: 250 });
    await traffic.more(20);
    const { failures } = await traffic.stop();
    expect(failures).toEqual([]);
  });
});

describe('7: what Envoy refuses', () => {
  it("is reported at /debug/syncz with Envoy's text, while traffic and later changes go on", async () => {
    mesh.write('bad-lua.yaml', BAD_LUA);
    const { answer } = await eventually(() => mesh.syncz(), (proxies) => proxies.some((proxy) => JSON.stringify(proxy).includes('script load error')), { timeoutMs: 20_000 });
    const refused = answer.filter((proxy) => JSON.stringify(proxy).includes('script load error'));
    expect(refused.map(({ proxy }) => proxy)).toEqual(['ratings-v1.default']);
    expect((await mesh.client.get('/productpage')).status).toBe(200);

    mesh.erase('bad-lua.yaml');
    await mesh.synced();
    mesh.apply('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(5), ({ v3 }) => v3 === 5);
    mesh.remove('reviews-v3.yaml');
  });

  it('is refused by us where we can know it, naming the object', async () => {
    mesh.write('bad-route.yaml', BAD_ROUTE);
    const { answer } = await eventually(() => mesh.problems(), (text) => text.includes('broken-regex'), { timeoutMs: 20_000 });
    expect(answer).toMatch(/regex/i);
    await mesh.synced();
    expect((await mesh.client.get('/productpage')).status).toBe(200);
    mesh.erase('bad-route.yaml');
  });
});

const BAD_LUA = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: bad-lua, namespace: default}
spec:
  workloadSelector:
    labels: {app: ratings}
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: SIDECAR_INBOUND
        listener:
          filterChain:
            filter:
              name: envoy.filters.network.http_connection_manager
              subFilter: {name: envoy.filters.http.router}
      patch:
        operation: INSERT_BEFORE
        value:
          name: envoy.filters.http.lua
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
            inline_code: "this is no Lua"
`;

const BAD_ROUTE = `
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: broken-regex, namespace: default}
spec:
  hosts: [ratings.default.svc.cluster.local]
  http:
    - match:
        - uri: {regex: "/ratings/(["}
      route:
        - destination: {host: ratings.default.svc.cluster.local}
`;
