import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { BinaryUnavailable, ensureBinary } from '@quartet/binaries';
import { seedConfigFolder } from './config-folder.js';
import { writeIdentityTokens } from './identity-tokens.js';
import { Layout, type MeshOptions } from './layout.js';
import { removeMeshState, writeMeshState } from './mesh-state.js';
import { PODS } from './pods.js';
import { explainTaken, findTakenAddresses } from './ports.js';
import { identify } from './process-identity.js';
import { serveSupervisor } from './supervisor-socket.js';
import { Supervisor } from './supervisor.js';
import { type Programs, splitTopology } from './topology.js';

/** What a start tells while it goes on. */
export type Progress = (step: string) => void;

export interface StartControl {
  readonly progress?: Progress;
  /** Gives up the start (and ends what was started) when it aborts. */
  readonly signal?: AbortSignal;
}

const READY_TIMEOUT_MS = 90_000;

/** A whole mesh on this host: fetched, configured, started, supervised, ended. */
export class LocalMesh {
  readonly layout: Layout;
  readonly supervisor: Supervisor;
  private readonly startedAt = new Date();
  private socket?: Server;
  private ready = false;
  private readyAfter?: number;

  private constructor(
    readonly options: MeshOptions,
    /** Parts that the mesh runs without, and why. */
    readonly missing: readonly string[],
    private readonly programs: Programs,
  ) {
    this.layout = new Layout(options);
    this.supervisor = new Supervisor(this.layout.logDir());
  }

  /** @throws with the way out if a binary can't be had, an address is taken or a process does not get ready. */
  static async start(options: MeshOptions, { progress = () => {}, signal }: StartControl = {}): Promise<LocalMesh> {
    const { programs, missing } = await fetchPrograms(options, progress);
    const mesh = new LocalMesh(options, missing, programs);
    try {
      await Promise.race([mesh.startAll(progress), aborted(signal)]);
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

  private async startAll(progress: Progress): Promise<void> {
    const { layout, supervisor } = this;
    prepareFolders(layout);
    const specs = splitTopology(layout, this.programs);
    const taken = await findTakenAddresses(specs);
    if (taken.length > 0) throw new Error(explainTaken(taken));
    seedConfigFolder(layout);
    await writeIdentityTokens(layout, PODS);

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
    const supervisor = identify(process.pid);
    if (!supervisor) return;
    const processes = this.supervisor.list().flatMap(({ name, identity }) => (identity ? [{ name, identity }] : []));
    writeMeshState({ supervisor, startedAt: this.startedAt.toISOString(), options: this.options, ready: this.ready, readyAfter: this.readyAfter, processes });
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

async function fetchPrograms(options: MeshOptions, progress: Progress): Promise<{ programs: Programs; missing: string[] }> {
  const missing: string[] = [];
  const optional = async () => {
    if (!options.prometheus) return undefined;
    try {
      return await ensureBinary('prometheus', progress);
    } catch (error) {
      if (!(error instanceof BinaryUnavailable)) throw error;
      missing.push(error.message);
      return undefined;
    }
  };
  const [envoy, natsServer, prometheus] = await Promise.all([ensureBinary('envoy', progress), ensureBinary('nats-server', progress), optional()]);
  return { programs: { envoy, natsServer, prometheus }, missing };
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
