import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusEvent, type ComponentStatus, CommandFailed, ControlBus, ControlBusUnavailable } from '@quartet/control-bus';
import { eventually, fetchText, parsePrometheusText, PODS, type ProcessStatus, sumSamples } from '@quartet/local-mesh';
import { SteadyTraffic } from './steady-traffic.js';
import { TestMesh } from './test-mesh.js';

const SUBNET = '127.111';
/** A bus that was lost is tried again every two seconds at the latest. */
const CATCH_UP = { timeoutMs: 20_000 };
/** Certificates that are renewed while the bus is away: half of the life after they were issued. */
const SECRET_TTL = '40s';
const ROTATION = { timeoutMs: 45_000, intervalMs: 250 };

let mesh: TestMesh;
let bus: ControlBus;
const events: BusEvent[] = [];
beforeAll(async () => {
  mesh = await TestMesh.start(SUBNET, { prometheus: false, env: { QUARTET_SECRET_TTL: SECRET_TTL } });
  bus = connectBus();
  bus.subscribeEvents((event) => void events.push(event));
  await eventually(() => bus.readStatus(), (statuses) => statuses.length === COMPONENTS.length && statuses.every(({ ready }) => ready), CATCH_UP);
}, 120_000);
afterAll(async () => {
  await bus?.close();
  await mesh?.stop();
});

const connectBus = (): ControlBus => ControlBus.start({ url: mesh.mesh.layout.natsUrl(), component: 'test', instance: 'e2e', version: '0', address: '', observer: true });
const CONTROL_PLANE = { galley: 2, pilot: 3, mixer: 4, citadel: 5 } as const;
const COMPONENTS = [...Object.keys(CONTROL_PLANE), ...PODS.map(({ name }) => name)];
const monitoring = (component: keyof typeof CONTROL_PLANE): string => `http://${mesh.mesh.layout.control(CONTROL_PLANE[component], 15014)}`;
const agentStatus = (n: number): string => `http://${mesh.mesh.layout.podIp(n)}:15020`;
const statusOf = async (instance: string): Promise<ComponentStatus> => (await bus.readStatus()).find((status) => status.instance === instance)!;
const connectedMetric = async (url: string): Promise<number> => sumSamples(parsePrometheusText((await fetchText(`${url}/metrics`)).body), 'quartet_control_bus_connected');
const busCheck = async (url: string): Promise<{ status: number; check: string | undefined }> => {
  const { status, body } = await fetchText(`${url}/ready`);
  return { status, check: (JSON.parse(body) as { checks: Record<string, string> }).checks['control-bus'] };
};
const components = async (): Promise<{ instance: string; alive: boolean; configInSync: boolean; wantedConfigVersion: string }[]> => JSON.parse((await fetchText(`${monitoring('galley')}/debug/components`)).body) as never;

const config = (component: string, levels: string): string => `apiVersion: quartet.io/v1alpha1\nkind: ComponentConfig\nmetadata: {name: "${component}"}\nspec: {logLevels: ${levels}}\n`;

describe("a component's configuration", () => {
  it('changes log levels while it runs, and is acknowledged with its version', async () => {
    expect(await bus.request('mixer', 'log-level', {})).toMatchObject({ default: 'info' });
    mesh.write('mixer-levels.yaml', config('mixer', '{dispatcher: debug}'));
    const { answer } = await eventually(() => statusOf('mixer'), ({ configVersion }) => configVersion !== '');
    expect(answer.configError).toBeUndefined();
    expect(await bus.request('mixer', 'log-level', {})).toMatchObject({ default: 'info', dispatcher: 'debug' });
    expect(await bus.request('pilot', 'log-level', {})).not.toHaveProperty('dispatcher');
    expect(events.find(({ component, type }) => component === 'mixer' && type === 'component-config-applied')?.data).toEqual({ version: answer.configVersion });
    expect((await components()).find(({ instance }) => instance === 'mixer')).toMatchObject({ configInSync: true, wantedConfigVersion: answer.configVersion });
  });

  it('reaches every instance by the name *, beside its own', async () => {
    mesh.write('all-levels.yaml', config('*', '{default: warn}'));
    await eventually(() => bus.readStatus(), (statuses) => statuses.every(({ configVersion }) => configVersion !== ''));
    await eventually(() => bus.request<Record<string, string>>('mixer', 'log-level', {}), (levels) => levels['default'] === 'warn' && levels['dispatcher'] === 'debug');
    expect(await bus.request('pilot-agent', 'log-level', {}, { instance: 'reviews-v2' })).toMatchObject({ default: 'warn' });
    await eventually(components, (all) => all.every(({ configInSync }) => configInSync));
  });

  it('is refused by Galley when it is bad, and reported by file, line and reason', async () => {
    mesh.write('mixer-levels.yaml', `# what nobody knows\n${config('mixer', '{dispatcher: loud}')}`);
    const { answer } = await eventually(async () => JSON.parse((await fetchText(`${monitoring('galley')}/debug/problems`)).body) as object[], (problems) => problems.length > 0);
    expect(answer).toMatchObject([{ file: 'mixer-levels.yaml', line: 2, kind: 'ComponentConfig', name: 'mixer', field: 'spec.logLevels.dispatcher', reason: expect.stringContaining('loud') as string }]);
    await eventually(() => bus.request<Record<string, string>>('mixer', 'log-level', {}), (levels) => levels['default'] === 'warn' && (levels['dispatcher'] ?? 'warn') === 'warn');
    mesh.write('mixer-levels.yaml', config('mixer', '{dispatcher: debug}'));
    await eventually(() => bus.request<Record<string, string>>('mixer', 'log-level', {}), (levels) => levels['dispatcher'] === 'debug');
    await eventually(components, (all) => all.every(({ configInSync }) => configInSync));
  });

  it('is refused by a component when it comes past Galley: told in its status, and the one in force stays', async () => {
    const { configVersion } = await statusOf('mixer');
    const levels = await bus.request('mixer', 'log-level', {});
    const intruder = connectBus();
    intruder.putComponentConfig('mixer', { version: 'bad', logLevels: { dispatcher: 'loud' }, settings: {} });
    const { answer } = await eventually(() => statusOf('mixer'), ({ configError }) => configError !== undefined);
    expect(answer.configError).toMatch(/log level "loud" of scope "dispatcher" is none of /);
    expect(answer.configVersion).toBe(configVersion);
    expect(await bus.request('mixer', 'log-level', {})).toEqual(levels);
    expect(events.some(({ component, type }) => component === 'mixer' && type === 'component-config-rejected')).toBe(true);
    await intruder.close();
    mesh.write('mixer-levels.yaml', config('mixer', '{dispatcher: info}'));
    await eventually(() => statusOf('mixer'), ({ configError, configVersion: version }) => configError === undefined && version !== configVersion);
  });
});

describe('a command', () => {
  it('is answered by each component: quartet.<component>.log-level', async () => {
    for (const component of ['galley', 'pilot', 'mixer', 'citadel', 'pilot-agent']) {
      expect(await bus.request(component, 'log-level', { levels: 'bench:debug' }), component).toMatchObject({ bench: 'debug' });
      expect(await bus.request(component, 'log-level', { levels: 'bench:loud' }), component).toMatchObject({ error: expect.stringContaining('loud') as string });
      expect(await bus.request(component, 'status', {}), component).toMatchObject({ ready: true });
    }
  });

  it('that nobody knows is answered by nobody', async () => {
    await expect(bus.request('galley', 'dance', {}, { timeoutMs: 1_000 })).rejects.toThrow(/quartet\.galley\.dance/);
    await expect(bus.request('galley', 'dance', {}, { timeoutMs: 1_000 })).rejects.toSatisfy((error) => error instanceof ControlBusUnavailable || error instanceof CommandFailed);
  });
});

describe('nats-server killed', () => {
  const ratings = PODS.find(({ name }) => name === 'ratings-v1')!;
  let traffic: SteadyTraffic;
  let lostAt: string;
  let serial: string | undefined;

  beforeAll(async () => {
    serial = await mesh.certificateSerial(ratings.n);
    traffic = new SteadyTraffic(mesh.client);
    await traffic.more(5);
    await mesh.kill('nats-server');
    lostAt = new Date().toISOString();
  });

  it('shows in the metrics and in /ready of each component, which stays ready', async () => {
    const urls = [...(Object.keys(CONTROL_PLANE) as (keyof typeof CONTROL_PLANE)[]).map(monitoring), ...PODS.map(({ n }) => agentStatus(n))];
    for (const url of urls) {
      await eventually(() => connectedMetric(url), (connected) => connected === 0);
      expect(await busCheck(url), url).toEqual({ status: 200, check: 'not connected to NATS; going on without it' });
    }
    await expect(bus.request('galley', 'status', {})).rejects.toThrow(ControlBusUnavailable);
  });

  it('leaves traffic and changes of configuration working', async () => {
    await traffic.more(20);
    mesh.apply('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(5), ({ v3 }) => v3 === 5);
    mesh.remove('reviews-v3.yaml');
    await eventually(() => mesh.client.countVersions(6), ({ v1, v2 }) => v1 > 0 && v2 > 0);
    await mesh.synced();
  });

  it('leaves certificates working: they are renewed in time', async () => {
    await eventually(() => mesh.certificateSerial(ratings.n), (now) => now !== undefined && now !== serial, ROTATION);
    await traffic.more(10);
  }, 60_000);

  it('starts no component again', () => {
    const restarted = mesh.mesh.supervisor.list().filter(({ restarts }: ProcessStatus) => restarts > 0);
    expect(restarted.map(({ name }) => name)).toEqual([]);
  });

  it('is caught up with after its restart: statuses, events of meanwhile, configuration, commands', async () => {
    mesh.write('mixer-levels.yaml', config('mixer', '{dispatcher: error}'));
    const backAt = new Date().toISOString();
    await mesh.restart('nats-server');
    await eventually(() => bus.readStatus(), (statuses) => statuses.length === COMPONENTS.length && statuses.every(({ ready, readiness }) => ready && readiness['control-bus'] === 'ok'), CATCH_UP);
    await eventually(() => bus.request<Record<string, string>>('mixer', 'log-level', {}), (levels) => levels['dispatcher'] === 'error', CATCH_UP);
    await eventually(components, (all) => all.length === COMPONENTS.length && all.every(({ alive, configInSync }) => alive && configInSync), CATCH_UP);
    for (const [component, type] of [['galley', 'config-changed'], ['pilot-agent', 'certificate-received']] as const) {
      await eventually(() => bus.recentEvents(1_000, { component, type }), (found) => found.some(({ time }) => time > lostAt && time < backAt), CATCH_UP);
    }
    for (const component of Object.keys(CONTROL_PLANE) as (keyof typeof CONTROL_PLANE)[]) expect(await connectedMetric(monitoring(component)), component).toBe(1);
  });

  it('never made a request fail', async () => {
    const { sent, failures } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(35);
  });
});
