import Table from 'cli-table3';
import pc from 'picocolors';
import { ControlBus } from '@quartet/control-bus';
import { fetchText, type Layout, type ProcessStatus } from '@quartet/local-mesh';
import { VERSION } from '@quartet/nest-kit';
import { askComponents, type ComponentWord } from './component-words.js';

const BUS_TIMEOUT_MS = 3_000;

export interface MeshStatusRow {
  readonly name: string;
  readonly role: string;
  readonly address: string;
  /** `yes`, or what is in the way. */
  readonly ready: string;
  readonly version: string;
  /** Version of the component configuration (ComponentConfig) that it has applied, or why it refused the newest. */
  readonly settings: string;
  /** Version of the mesh's configuration that it works by. */
  readonly config: string;
  /** Versions of xDS: what Pilot sends, what a proxy has. */
  readonly xds: string;
}

export interface MeshStatus {
  readonly rows: readonly MeshStatusRow[];
  readonly urls: Readonly<Record<string, string>>;
  /** Why the control bus could not be read; then each component was asked itself. */
  readonly busProblem?: string;
  /** Parts that the mesh runs without, and why. */
  readonly missing: readonly string[];
}

/** Joins what the supervisor runs with what the components say of themselves: on the control bus, or asked one by one where that can't be read. */
export async function readMeshStatus(layout: Layout, processes: readonly ProcessStatus[]): Promise<Omit<MeshStatus, 'missing'>> {
  const [{ statuses, problem }, versions] = await Promise.all([readWords(layout, processes), readVersions(layout, processes)]);
  const byInstance = new Map(statuses.map((entry) => [entry.instance, entry]));
  const rows = processes.map((entry) => toRow(entry, { status: isComponent(entry) ? byInstance.get(entry.name.replace(/-sidecar$/, '')) : undefined, version: versions.get(entry.name) }));
  const urls: Record<string, string> = { 'product page': `${layout.gatewayUrl()}/productpage` };
  if (processes.some(({ name }) => name === 'prometheus')) urls['Prometheus'] = layout.prometheusUrl();
  if (layout.mode === 'split') urls['Mixer metrics'] = `http://${layout.control(4, 42422)}/metrics`;
  urls['xDS sync'] = `http://${layout.control(3, 8080)}/debug/syncz`;
  urls['problems'] = `http://${layout.control(layout.mode === 'split' ? 2 : 3, 15014)}/debug/problems`;
  urls['config folder'] = layout.configDir();
  urls['logs'] = layout.logDir();
  return { rows, urls, ...(problem === undefined ? {} : { busProblem: problem }) };
}

/** Those that speak on the bus. */
function isComponent({ role }: ProcessStatus): boolean {
  return role === 'control plane' || role === 'sidecar';
}

/** Versions of those that don't: asked of the real programs; the sample's are ours. */
async function readVersions(layout: Layout, processes: readonly ProcessStatus[]): Promise<ReadonlyMap<string, string>> {
  const ask = async (url: string, read: (answer: never) => string) => fetchText(url).then(({ body }) => read(JSON.parse(body) as never)).catch(() => '');
  const versionOf = ({ role }: ProcessStatus) => {
    if (role === 'bus') return ask(`http://${layout.control(6, 8222)}/varz`, ({ version }: { version: string }) => version);
    if (role === 'metrics') return ask(`${layout.prometheusUrl()}/api/v1/status/buildinfo`, ({ data }: { data: { version: string } }) => data.version);
    return Promise.resolve(role === 'workload' || role === 'load' ? VERSION : '');
  };
  return new Map(await Promise.all(processes.map(async (entry) => [entry.name, await versionOf(entry)] as const)));
}

interface Words {
  readonly statuses: readonly ComponentWord[];
  readonly problem?: string;
}

async function readWords(layout: Layout, processes: readonly ProcessStatus[]): Promise<Words> {
  if (layout.mode === 'consolidated') return { statuses: await askComponents(layout, processes) };
  const words = await readBus(layout);
  return words.problem === undefined ? words : { ...words, statuses: await askComponents(layout, processes) };
}

async function readBus(layout: Layout): Promise<Words> {
  const bus = ControlBus.start({ url: layout.natsUrl(), component: 'cli', instance: `status-${process.pid}`, version: VERSION, address: '', observer: true });
  const deadline = Date.now() + BUS_TIMEOUT_MS;
  try {
    for (;;) {
      try {
        return { statuses: await bus.readStatus() };
      } catch (error) {
        if (Date.now() > deadline) return { statuses: [], problem: error instanceof Error ? error.message : String(error) };
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  } finally {
    await bus.close();
  }
}

function toRow(entry: ProcessStatus, { status, version }: { readonly status: ComponentWord | undefined; readonly version: string | undefined }): MeshStatusRow {
  const detail = status?.detail ?? {};
  return {
    name: entry.name,
    role: entry.role,
    address: entry.address,
    ready: describeReady(entry, status),
    version: status?.version ?? version ?? '',
    settings: text(status?.configError ? `refused: ${status.configError}` : status?.configVersion),
    config: text(detail['snapshotVersion'] ?? detail['configSnapshot'] ?? detail['configVersion'] ?? detail['rootVersion']),
    xds: text(detail['xds']),
  };
}

function describeReady(entry: ProcessStatus, status: ComponentWord | undefined): string {
  if (entry.state !== 'ready') return entry.state;
  if (!isComponent(entry)) return 'yes';
  if (!status) return 'yes (says nothing of itself)';
  if (status.ready) return 'yes';
  const reasons = Object.entries(status.readiness).filter(([, value]) => value !== true && value !== 'ok').map(([name, value]) => `${name}: ${value}`);
  return `no (${reasons.join('; ')})`;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? Object.entries(value).map(([key, entry]) => `${key} ${text(entry)}`).join(' ') : String(value);
}

export function renderMeshStatus({ rows, urls, busProblem, missing }: MeshStatus): string {
  const table = new Table({ head: ['COMPONENT', 'ROLE', 'ADDRESS', 'READY', 'VERSION', 'SETTINGS', 'CONFIG', 'XDS'].map((title) => pc.bold(title)), style: { head: [], border: [], compact: true }, chars: NO_LINES });
  for (const row of rows) table.push([row.name, pc.dim(row.role), row.address, colourReady(row.ready), row.version, row.settings, row.config, row.xds]);
  const width = Math.max(...Object.keys(urls).map((name) => name.length));
  const links = Object.entries(urls).map(([name, url]) => `${name.padEnd(width)}  ${pc.cyan(url)}`);
  const warning = busProblem ? [`${pc.yellow('control bus:')} ${busProblem}; the components were asked themselves`] : [];
  const without = missing.map((reason) => `${pc.yellow('without')} ${reason}`);
  return [table.toString(), '', ...links, ...without, ...warning].join('\n');
}

function colourReady(ready: string): string {
  if (ready.startsWith('yes')) return pc.green(ready);
  return ready === 'stopped' || ready.startsWith('no') ? pc.red(ready) : pc.yellow(ready);
}

const NO_LINES = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' };
