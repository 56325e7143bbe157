import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { BinaryUnavailable, ensureBinary } from '@quartet/binaries';
import { seedConfigFolder } from './config-folder.js';
import { endMesh } from './end-mesh.js';
import { writeIdentityTokens } from './identity-tokens.js';
import { Layout, type MeshOptions } from './layout.js';
import { claimMeshState, type MeshState, refuseSecondMesh, removeMeshState, writeMeshState } from './mesh-state.js';
import { PODS } from './pods.js';
import { explainTaken, findTakenAddresses } from './ports.js';
import { identify } from './process-identity.js';
import { serveSupervisor } from './supervisor-socket.js';
import { Supervisor } from './supervisor.js';
import type { Programs } from './processes.js';
import { consolidatedTopology } from './consolidated-topology.js';
import { splitTopology } from './topology.js';

/** What a start tells while it goes on. */
export type Progress = (step: string) => void;

export interface StartControl {
  readonly progress?: Progress;
  /** Gives up the start (and ends what was started) when it aborts. */
  readonly signal?: AbortSignal;
}

const TOPOLOGIES = { split: splitTopology, consolidated: consolidatedTopology };

const READY_TIMEOUT_MS = 90_000;

/** A whole mesh on this host: fetched, configured, started, supervised, ended. */
export class LocalMesh {
  readonly layout: Layout;
  readonly supervisor: Supervisor;
  private readonly startedAt = new Date();
  private socket?: Server;
  private ready = false;
  private readyAfter?: number;
  private without: readonly string[] = [];

  private constructor(readonly options: MeshOptions) {
    this.layout = new Layout(options);
    this.supervisor = new Supervisor(this.layout.logDir());
  }

  /** @throws with the way out if a mesh runs here already, a binary can't be had, an address is taken or a process does not get ready. */
  static async start(options: MeshOptions, control: StartControl = {}): Promise<LocalMesh> {
    const mesh = new LocalMesh(options);
    await mesh.claim(control);
    try {
      await Promise.race([mesh.startAll(control), aborted(control.signal)]);
      return mesh;
    } catch (error) {
      await mesh.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.supervisor.stopAll();
    this.socket?.close();
    rmSync(this.layout.socketDir(), { recursive: true, force: true });
    removeMeshState(this.options.stateDir);
  }

  get secondsToReady(): number | undefined {
    return this.readyAfter;
  }

  /** Parts that the mesh runs without, and why. */
  get missing(): readonly string[] {
    return this.without;
  }

  /** Makes the state folder this mesh's own; processes that a killed supervisor left there are ended. */
  private async claim({ progress = () => {} }: StartControl): Promise<void> {
    const { stateDir } = this.options;
    while (!claimMeshState(this.state())) {
      refuseSecondMesh(stateDir);
      progress('ending what an earlier mesh left behind');
      await endMesh(stateDir);
    }
  }

  private async startAll({ progress = () => {}, signal }: StartControl): Promise<void> {
    const { layout, supervisor } = this;
    const { programs, missing } = await fetchPrograms(this.options, { progress, signal });
    this.without = missing;
    signal?.throwIfAborted();
    prepareFolders(layout);
    const specs = TOPOLOGIES[layout.mode](layout, programs);
    const taken = await findTakenAddresses(specs);
    if (taken.length > 0) throw new Error(explainTaken(taken));
    seedConfigFolder(layout);
    await writeIdentityTokens(layout, PODS);
    signal?.throwIfAborted();

    supervisor.on('change', () => this.save());
    this.socket = serveSupervisor(supervisor, layout.socketDir());
    for (const spec of specs) supervisor.start(spec);
    let count = 0;
    await Promise.all(
      specs.map(async ({ name }) => {
        await supervisor.waitReady(name, READY_TIMEOUT_MS);
        progress(`${name} ready (${(count += 1)}/${specs.length})`);
      }),
    );
    this.ready = true;
    this.readyAfter = (Date.now() - this.startedAt.getTime()) / 1000;
    this.save();
  }

  private save(): void {
    writeMeshState(this.state());
  }

  private state(): MeshState {
    const supervisor = identify(process.pid);
    if (!supervisor) throw new Error(`the process table does not show this process (${process.pid})`);
    const processes = this.supervisor.list().flatMap(({ name, identity }) => (identity ? [{ name, identity }] : []));
    return { supervisor, startedAt: this.startedAt.toISOString(), options: this.options, ready: this.ready, readyAfter: this.readyAfter, missing: this.without, processes };
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}

/** All that can't be had is named at once. */
async function fetchPrograms(options: MeshOptions, { progress, signal }: StartControl): Promise<{ programs: Programs; missing: string[] }> {
  const missing: string[] = [];
  const optional = async () => {
    if (!options.prometheus) return undefined;
    try {
      return await ensureBinary('prometheus', progress, signal);
    } catch (error) {
      if (!(error instanceof BinaryUnavailable)) throw error;
      missing.push(error.message);
      return undefined;
    }
  };
  const bus = async () => (options.mode === 'consolidated' ? undefined : ensureBinary('nats-server', progress, signal));
  const [envoy, natsServer, prometheus] = await Promise.allSettled([ensureBinary('envoy', progress, signal), bus(), optional()]);
  const reasons = [envoy, natsServer, prometheus].flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (envoy.status === 'fulfilled' && natsServer.status === 'fulfilled' && prometheus.status === 'fulfilled') return { programs: { envoy: envoy.value, natsServer: natsServer.value, prometheus: prometheus.value }, missing };
  throw new Error(reasons.map((reason) => (reason instanceof Error ? reason.message : String(reason))).join('\n'), { cause: reasons[0] });
}

function prepareFolders(layout: Layout): void {
  mkdirSync(layout.options.stateDir, { recursive: true, mode: 0o700 });
  rmSync(layout.workDir(''), { recursive: true, force: true });
  rmSync(layout.logDir(), { recursive: true, force: true });
  rmSync(layout.secretsDir(), { recursive: true, force: true });
  rmSync(layout.socketDir(), { recursive: true, force: true });
  for (const folder of [layout.workDir(''), layout.logDir(), layout.secretsDir(), layout.socketDir()]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(layout.socketDir(), 0o700);
}
