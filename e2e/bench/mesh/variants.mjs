// The three ways in which the same four applications answer a product page.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyConfig, eventually, fetchText, LocalMesh, PODS } from '@quartet/local-mesh';
import { meshProcesses } from './processes.mjs';

/** @typedef {{ name: string, url: string, processes: () => import('./processes.mjs').Process[], stop: () => Promise<void> }} Variant */

/** Product page, details, reviews v3 and ratings, calling each other directly. @returns {Promise<Variant>} */
export async function startBare(root) {
  const ports = await freePorts(4);
  const [productpage, details, reviews, ratings] = ports.map((port) => `127.0.0.1:${port}`);
  const hosts = { DETAILS_HOST: details, REVIEWS_HOST: reviews, RATINGS_HOST: ratings };
  const listen = { productpage, details, reviews, ratings };
  const children = Object.entries(listen).map(([name, address]) => {
    const env = { ...process.env, NODE_OPTIONS: '--enable-source-maps', ...hosts, LISTEN: address, SERVICE_VERSION: name === 'reviews' ? 'v3' : 'v1' };
    return { name, child: spawn(process.execPath, [join(root, `apps/bookinfo/${name}/dist/main.js`)], { env, stdio: 'ignore' }) };
  });
  await Promise.all(Object.values(listen).map((address) => eventually(() => fetchText(`http://${address}/health`), ({ status }) => status === 200)));
  return {
    name: 'applications alone',
    url: `http://${productpage}/productpage`,
    processes: () => children.map(({ name, child }) => ({ name, group: 'applications', pid: child.pid })),
    stop: async () => {
      await Promise.all(children.map(({ child }) => (child.kill(), once(child, 'exit'))));
    },
  };
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const { port } = server.address();
      server.close();
      await once(server, 'close');
      return port;
    }),
  );
}

/** A mesh whose reviews are all v3's, so that each page takes the same four hops. @returns {Promise<Variant & { mesh: LocalMesh }>} */
export async function startMesh(root, { name, subnet, checks, env }) {
  const stateDir = mkdtempSync(join(tmpdir(), 'quartet-bench-'));
  const mesh = await LocalMesh.start({ root, stateDir, subnet, gateway: { host: `${subnet}.0.1`, port: 8080 }, load: 0, prometheus: true, env });
  const stop = async () => {
    await mesh.stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  const url = `${mesh.layout.gatewayUrl()}/productpage`;
  try {
    applyConfig(mesh.layout, join(root, 'examples/bookinfo/tasks/reviews-v3.yaml'));
    if (!checks) disableChecks(mesh, root);
    await Promise.all(PODS.map((pod) => eventually(() => hasCheckFilter(mesh, pod), (found) => found === checks, { timeoutMs: 30_000 })));
    await eventually(() => fetchText(url), ({ status, body }) => status === 200 && /reviews-v3/.test(body), { timeoutMs: 30_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, url, mesh, processes: () => meshProcesses(mesh), stop };
}

function disableChecks({ layout, options }, root) {
  const text = readFileSync(join(root, 'examples/bookinfo/config/mesh.yaml'), 'utf8');
  const file = join(options.stateDir, 'mesh.yaml');
  writeFileSync(file, text.replace('disablePolicyChecks: false', 'disablePolicyChecks: true'));
  applyConfig(layout, file);
}

async function hasCheckFilter({ layout }, pod) {
  const { body } = await fetchText(`http://${layout.podIp(pod.n)}:15000/config_dump?resource=dynamic_listeners`);
  const active = JSON.parse(body).configs.filter(({ active_state }) => active_state);
  if (active.length === 0) throw new Error(`${pod.name} has no listener`);
  return JSON.stringify(active.map(({ active_state }) => active_state)).includes('envoy.filters.http.ext_authz');
}
