import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { identify, type ProcessIdentity } from './process-identity.js';
import { waitReady } from './readiness.js';
import type { ProcessSpec } from './process-spec.js';

const RESTART_MIN_MS = 250;
const RESTART_MAX_MS = 10_000;
/** A process that ran this long starts again without waiting. */
const STABLE_MS = 30_000;
const STOP_GRACE_MS = 7_000;

export type ProcessState = 'starting' | 'ready' | 'restarting' | 'stopped';

export interface ProcessStatus {
  readonly name: string;
  readonly role: string;
  readonly address: string;
  /** Where it serves /ready and /version, if it does. */
  readonly monitoring?: string;
  readonly state: ProcessState;
  readonly identity?: ProcessIdentity;
  readonly restarts: number;
  readonly logFile: string;
}

interface Entry {
  readonly spec: ProcessSpec;
  readonly logFile: string;
  child?: ChildProcess;
  identity?: ProcessIdentity;
  state: ProcessState;
  startedAt: number;
  restarts: number;
  backOffMs: number;
  wanted: boolean;
  timer?: NodeJS.Timeout;
  readyAbort?: AbortController;
}

interface SupervisorEvents {
  /** A process changed its state. */
  change: [ProcessStatus];
  /** A process ended that should run. */
  died: [ProcessStatus, string];
}

/** Keeps the processes of a mesh running: starts, probes, starts again with back-off, and ends them in order. */
export class Supervisor extends EventEmitter<SupervisorEvents> {
  private readonly entries = new Map<string, Entry>();
  private ending = false;

  constructor(private readonly logDir: string) {
    super();
    // One listener for each process that is waited for.
    this.setMaxListeners(0);
    mkdirSync(logDir, { recursive: true });
  }

  list(): ProcessStatus[] {
    return [...this.entries.values()].map(statusOf);
  }

  get(name: string): ProcessStatus | undefined {
    const entry = this.entries.get(name);
    return entry && statusOf(entry);
  }

  /** Starts a process and keeps it running; after `stopAll` nothing starts any more. */
  start(spec: ProcessSpec): void {
    if (this.ending) return;
    const known = this.entries.get(spec.name);
    if (known?.wanted) return;
    const entry: Entry = known ?? { spec, logFile: join(this.logDir, `${spec.name}.log`), state: 'stopped', startedAt: 0, restarts: 0, backOffMs: RESTART_MIN_MS, wanted: true };
    entry.wanted = true;
    this.entries.set(spec.name, entry);
    this.launch(entry);
  }

  /** Starts a process again that was stopped. */
  resume(name: string): void {
    this.start(this.mustGet(name).spec);
  }

  /** Resolves when the process is ready, or throws with the reason and its log file when `timeoutMs` is over. */
  async waitReady(name: string, timeoutMs: number): Promise<void> {
    const entry = this.mustGet(name);
    const deadline = AbortSignal.timeout(timeoutMs);
    while (entry.state !== 'ready') {
      if (!entry.wanted) throw new Error(`${name} was stopped before it was ready`);
      if (deadline.aborted) throw new Error(`${name} is not ready after ${timeoutMs} ms (${await lastReason(entry)}); its log: ${entry.logFile}`);
      await once(this, 'change', { signal: deadline }).catch(() => {});
    }
  }

  /** Ends a process for good: asks first, insists after a grace period. `signal` SIGKILL asks nothing. */
  async stop(name: string, signal?: NodeJS.Signals): Promise<void> {
    const entry = this.mustGet(name);
    entry.wanted = false;
    clearTimeout(entry.timer);
    entry.readyAbort?.abort();
    const { child } = entry;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      child.kill(signal ?? entry.spec.stopSignal ?? 'SIGTERM');
      await ended;
      clearTimeout(insist);
    }
    this.become(entry, 'stopped');
  }

  /** Ends everything: loads and workloads first, the control plane last, in the reverse order of their start. */
  async stopAll(): Promise<void> {
    this.ending = true;
    const byRole = new Map<string, string[]>();
    for (const { spec } of [...this.entries.values()].reverse()) byRole.set(spec.role, [...(byRole.get(spec.role) ?? []), spec.name]);
    for (const names of byRole.values()) await Promise.all(names.map((name) => this.stop(name)));
  }

  private launch(entry: Entry): void {
    const { spec } = entry;
    mkdirSync(spec.workDir, { recursive: true, mode: 0o700 });
    const log = openSync(entry.logFile, 'a', 0o600);
    const child = spawn(spec.command, spec.args, { cwd: spec.workDir, env: { ...process.env, ...spec.env }, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    entry.child = child;
    entry.identity = child.pid === undefined ? undefined : identify(child.pid);
    entry.startedAt = Date.now();
    child.once('error', (error) => this.onEnd(entry, child, error.message));
    child.once('exit', (code, signal) => this.onEnd(entry, child, signal ? `signal ${signal}` : `exit code ${code}`));
    this.become(entry, 'starting');
    void this.watchReady(entry, child);
  }

  private async watchReady(entry: Entry, child: ChildProcess): Promise<void> {
    const abort = new AbortController();
    entry.readyAbort = abort;
    const result = entry.spec.ready ? await waitReady(entry.spec.ready, abort.signal) : true;
    if (result === true && entry.child === child && child.exitCode === null && child.signalCode === null) this.become(entry, 'ready');
  }

  private onEnd(entry: Entry, child: ChildProcess, reason: string): void {
    if (entry.child !== child) return;
    entry.child = undefined;
    entry.identity = undefined;
    entry.readyAbort?.abort();
    if (!entry.wanted) return;
    entry.restarts += 1;
    entry.backOffMs = Date.now() - entry.startedAt > STABLE_MS ? RESTART_MIN_MS : Math.min(entry.backOffMs * 2, RESTART_MAX_MS);
    entry.timer = setTimeout(() => this.launch(entry), entry.backOffMs);
    this.become(entry, 'restarting');
    this.emit('died', statusOf(entry), reason);
  }

  private become(entry: Entry, state: ProcessState): void {
    entry.state = state;
    this.emit('change', statusOf(entry));
  }

  private mustGet(name: string): Entry {
    const entry = this.entries.get(name);
    if (!entry) throw new Error(`no process "${name}"; there are: ${[...this.entries.keys()].join(', ')}`);
    return entry;
  }
}

function statusOf({ spec, state, identity, restarts, logFile }: Entry): ProcessStatus {
  return { name: spec.name, role: spec.role, address: spec.address, monitoring: spec.monitoring, state, identity, restarts, logFile };
}

async function lastReason(entry: Entry): Promise<string> {
  if (!entry.child) return 'it keeps ending';
  const result = entry.spec.ready ? await waitReady(entry.spec.ready, AbortSignal.timeout(1)) : true;
  return result === true ? 'starting' : result;
}
