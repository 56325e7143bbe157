import type { ComponentStatus } from '@quartet/control-bus';
import { fetchText, type Layout, type ProcessStatus } from '@quartet/local-mesh';

/** What a component says of itself, over the bus or when it is asked. */
export type ComponentWord = Pick<ComponentStatus, 'instance' | 'version' | 'ready' | 'readiness' | 'detail'> & Partial<Pick<ComponentStatus, 'configVersion' | 'configError'>>;

interface SyncedProxy {
  /** `<pod>.<namespace>` */
  readonly proxy: string;
  readonly synced: boolean;
}

/** Asks each component itself, for where there is no bus: /ready and /version, and Pilot (istiod) of the proxies. Who does not answer is left out. */
export async function askComponents(layout: Layout, processes: readonly ProcessStatus[]): Promise<ComponentWord[]> {
  const asked = processes.filter(({ monitoring, state }) => monitoring !== undefined && state === 'ready');
  const [proxies, components, answers] = await Promise.all([
    askJson<SyncedProxy[]>(layout.control(3, 8080), '/debug/syncz'),
    askJson<ComponentWord[]>(layout.control(3, 15014), '/debug/components'),
    Promise.all(asked.map(({ name, monitoring = '' }) => askOne(name.replace(/-sidecar$/, ''), monitoring))),
  ]);
  return answers.flatMap((word) => {
    if (!word) return [];
    const proxy = proxies?.find((entry) => entry.proxy.startsWith(`${word.instance}.`));
    const detail = proxy && { xds: proxy.synced ? 'synced' : 'not synced' };
    return [{ ...word, ...components?.find(({ instance }) => instance === word.instance), ...(detail ? { detail } : {}) }];
  });
}

async function askOne(instance: string, monitoring: string): Promise<ComponentWord | undefined> {
  const [state, version] = await Promise.all([
    askJson<{ ready: boolean; checks: Record<string, string> }>(monitoring, '/ready'),
    fetchText(`http://${monitoring}/version`).then(({ body }) => body.trim(), () => ''),
  ]);
  return state && { instance, version, ready: state.ready, readiness: state.checks, detail: {} };
}

async function askJson<T>(address: string, path: string): Promise<T | undefined> {
  try {
    const { body } = await fetchText(`http://${address}${path}`);
    return JSON.parse(body) as T;
  } catch {
    return undefined;
  }
}
