import Table from 'cli-table3';
import pc from 'picocolors';
import { type ComponentStatus, ControlBus } from '@quartet/control-bus';
import type { Layout, ProcessStatus } from '@quartet/local-mesh';
import { VERSION } from '@quartet/nest-kit';

const BUS_TIMEOUT_MS = 3_000;

export interface MeshStatusRow {
  readonly name: string;
  readonly role: string;
  readonly address: string;
  readonly ready: string;
  readonly version: string;
  readonly config: string;
  readonly xds: string;
}

export interface MeshStatus {
  readonly rows: readonly MeshStatusRow[];
  readonly urls: Readonly<Record<string, string>>;
  /** Why the control bus could not be read; then only the supervisor's view is shown. */
  readonly busProblem?: string;
}

/** Joins what the supervisor runs with what the components say of themselves on the control bus. */
export async function readMeshStatus(layout: Layout, processes: readonly ProcessStatus[]): Promise<MeshStatus> {
  const { statuses, problem } = await readBus(layout);
  const byInstance = new Map(statuses.map((entry) => [entry.instance, entry]));
  const rows = processes.map((entry) => toRow(entry, byInstance.get(entry.name) ?? byInstance.get(entry.name.replace(/-sidecar$/, ''), )));
  const urls: Record<string, string> = { 'product page': `${layout.gatewayUrl()}/productpage` };
  if (processes.some(({ name }) => name === 'prometheus')) urls['Prometheus'] = layout.prometheusUrl();
  urls['Mixer metrics'] = `http://${layout.control(4, 42422)}/metrics`;
  urls['xDS sync'] = `http://${layout.control(3, 8080)}/debug/syncz`;
  urls['config folder'] = layout.configDir();
  urls['logs'] = layout.logDir();
  return { rows, urls, ...(problem === undefined ? {} : { busProblem: problem }) };
}

async function readBus(layout: Layout): Promise<{ statuses: readonly ComponentStatus[]; problem?: string }> {
  const bus = ControlBus.start({ url: layout.natsUrl(), component: 'cli', instance: `status-${process.pid}`, version: VERSION, address: '', heartbeatMs: 3_600_000 });
  const deadline = Date.now() + BUS_TIMEOUT_MS;
  try {
    for (;;) {
      try {
        return { statuses: (await bus.readStatus()).filter(({ component }) => component !== 'cli') };
      } catch (error) {
        if (Date.now() > deadline) return { statuses: [], problem: error instanceof Error ? error.message : String(error) };
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  } finally {
    await bus.close();
  }
}

function toRow(entry: ProcessStatus, status: ComponentStatus | undefined): MeshStatusRow {
  const isComponent = entry.role === 'control plane' || entry.role === 'sidecar';
  const reasons = status && !status.ready ? Object.entries(status.readiness).filter(([, value]) => value !== true && value !== 'ok').map(([name, value]) => `${name}: ${value}`) : [];
  const ready = entry.state !== 'ready' ? entry.state : !isComponent || status?.ready ? 'yes' : status ? `no (${reasons.join('; ')})` : 'yes (not on the bus)';
  return {
    name: entry.name,
    role: entry.role,
    address: entry.address,
    ready,
    version: status?.version ?? '',
    config: text(status?.configError ? `refused: ${status.configError}` : status?.configVersion),
    xds: describeXds(status),
  };
}

/** The xDS and configuration versions that a component tells in its heartbeat. */
function describeXds(status: ComponentStatus | undefined): string {
  const detail = status?.detail ?? {};
  return text(detail['xds'] ?? detail['configVersion'] ?? detail['snapshot']);
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? Object.entries(value).map(([key, entry]) => `${key} ${text(entry)}`).join(' ') : String(value);
}

export function renderMeshStatus({ rows, urls, busProblem }: MeshStatus): string {
  const table = new Table({ head: ['COMPONENT', 'ROLE', 'ADDRESS', 'READY', 'VERSION', 'SETTINGS', 'CONFIG / XDS'].map((title) => pc.bold(title)), style: { head: [], border: [], compact: true }, chars: NO_LINES });
  for (const row of rows) table.push([row.name, pc.dim(row.role), row.address, colourReady(row.ready), row.version, row.config, row.xds]);
  const width = Math.max(...Object.keys(urls).map((name) => name.length));
  const links = Object.entries(urls).map(([name, url]) => `${name.padEnd(width)}  ${pc.cyan(url)}`);
  const warning = busProblem ? [`${pc.yellow('control bus:')} ${busProblem}; shown is what the supervisor knows`] : [];
  return [table.toString(), '', ...links, ...warning].join('\n');
}

function colourReady(ready: string): string {
  if (ready.startsWith('yes')) return pc.green(ready);
  return ready === 'stopped' || ready.startsWith('no') ? pc.red(ready) : pc.yellow(ready);
}

const NO_LINES = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' };
