import pc from 'picocolors';
import { LocalMesh, type MeshMode, type MeshOptions, refuseSecondMesh } from '@quartet/local-mesh';
import { runTour } from '../tour/tour.js';
import { startDetached } from '../detached.js';
import { progressLine } from '../progress-line.js';
import { type GlobalOptions, stateDirOf, workspaceRoot } from '../workspace.js';
import { printStatus } from './status.js';

export interface UpOptions {
  readonly mode: MeshMode;
  readonly detach?: boolean;
  readonly tour?: boolean;
  readonly subnet: string;
  readonly gatewayHost: string;
  readonly gatewayPort: number;
  readonly configDir?: string;
  readonly load: number;
  readonly prometheus: boolean;
}

export async function up(global: GlobalOptions, options: UpOptions): Promise<void> {
  const mesh = toMeshOptions(global, options);
  refuseSecondMesh(mesh.stateDir);
  if (options.detach) await startDetached(mesh, interruption());
  else if (options.tour) await tour(mesh);
  else await foreground(mesh);
}

/** Runs until Ctrl-C, which is an orderly end also in the middle of the start. */
async function foreground(options: MeshOptions): Promise<void> {
  const interrupted = interruption();
  const mesh = await start(options, interrupted).catch((error: unknown) => {
    if (!interrupted.aborted) throw error;
  });
  if (!mesh) return console.log('ended before all was ready');
  await printStatus(mesh.layout, { missing: mesh.missing, settle: interrupted });
  mesh.supervisor.on('died', ({ name, logFile }, reason) => console.error(`${pc.red(name)} ended (${reason}) and is started again; its log: ${logFile}`));
  console.log(`\n${pc.green('all ready')} after ${mesh.secondsToReady?.toFixed(1)} s. Ctrl-C ends the mesh.`);
  await abortOf(interrupted);
  console.log('\nending the mesh ...');
  await mesh.stop();
}

/** Exits 0 only if every stop of the tour saw what it should. */
async function tour(options: MeshOptions): Promise<void> {
  const interrupted = interruption();
  const mesh = await start({ ...options, load: 0 }, interrupted);
  try {
    const succeeded = await Promise.race([runTour(mesh), abortOf(interrupted).then(() => false)]);
    if (!succeeded) process.exitCode = 1;
  } finally {
    console.log('ending the mesh ...');
    await mesh.stop();
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())));
}

async function start(options: MeshOptions, signal: AbortSignal): Promise<LocalMesh> {
  const line = progressLine();
  try {
    return await LocalMesh.start(options, { progress: line.show, signal });
  } finally {
    line.end();
  }
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort(new Error(`ended by ${signal}`)));
  return controller.signal;
}

function toMeshOptions(global: GlobalOptions, options: UpOptions): MeshOptions {
  return {
    root: workspaceRoot(),
    mode: options.mode,
    stateDir: stateDirOf(global),
    subnet: options.subnet,
    gateway: { host: options.gatewayHost, port: options.gatewayPort },
    ...(options.configDir === undefined ? {} : { configDir: options.configDir }),
    load: options.load,
    prometheus: options.prometheus,
  };
}
