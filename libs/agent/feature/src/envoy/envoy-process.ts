import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface EnvoyProcessOptions {
  readonly binary: string;
  readonly args: readonly string[];
  /** Names the bootstrap file in `args`, by which a process is known as ours. */
  readonly bootstrapFile: string;
  readonly pidFile: string;
}

export interface EnvoyExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not even be started. */
  readonly error?: Error;
}

/** How the shell says that a program could not be started. */
const NOT_STARTED: Readonly<Record<number, string>> = { 126: 'not executable', 127: 'no such program' };

/** Ends Envoy when the pipe to the agent breaks: also after a SIGKILL of the agent, on any POSIX system. */
const watchdogScript = 'read -r _; kill -KILL "$1" 2>/dev/null';

/**
 * Becomes Envoy (same pid) once the agent says so by a line; if the agent ends before, it never does. So there is no moment
 * in which Envoy runs and nothing would end it with the agent.
 */
const gateScript = 'read -r _ && exec "$@" </dev/null';

/** One run of Envoy, in a process group of its own so that a Ctrl-C reaches it through the agent only. */
export class EnvoyProcess {
  readonly exited: Promise<EnvoyExit>;
  private readonly child: ChildProcess;
  private readonly watchdog: ChildProcess | undefined;

  private constructor(private readonly options: EnvoyProcessOptions) {
    this.child = spawn('/bin/sh', ['-c', gateScript, 'envoy-gate', options.binary, ...options.args], { stdio: ['pipe', 'inherit', 'inherit'], detached: true });
    this.child.stdin?.on('error', () => undefined);
    this.exited = new Promise<EnvoyExit>((resolve) => {
      this.child.once('error', (error) => resolve({ code: null, signal: null, error }));
      this.child.once('exit', (code, signal) => resolve({ code, signal, ...(NOT_STARTED[code ?? 0] ? { error: new Error(`${options.binary}: ${NOT_STARTED[code ?? 0]}`) } : {}) }));
    }).then((exit) => this.cleanUp(exit));
    if (this.child.pid !== undefined) this.watchdog = watch(this.child.pid);
  }

  static async start(options: EnvoyProcessOptions): Promise<EnvoyProcess> {
    await endLeftOver(options);
    const process = new EnvoyProcess(options);
    if (process.pid !== undefined) await writeFile(options.pidFile, `${process.pid}\n`, { mode: 0o600 });
    process.child.stdin?.end('go\n');
    return process;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private async cleanUp(exit: EnvoyExit): Promise<EnvoyExit> {
    this.watchdog?.kill('SIGKILL');
    await rm(this.options.pidFile, { force: true });
    return exit;
  }
}

function watch(pid: number): ChildProcess {
  const watchdog = spawn('/bin/sh', ['-c', watchdogScript, 'envoy-watchdog', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  watchdog.unref();
  return watchdog;
}

/** Ends the Envoy that an agent before us left behind, if the pid file's process is still that one. Returns whether it was. */
export async function endLeftOver({ pidFile, bootstrapFile }: Pick<EnvoyProcessOptions, 'pidFile' | 'bootstrapFile'>): Promise<boolean> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return false;
  if (!(await commandOf(pid)).includes(bootstrapFile)) return false;
  process.kill(pid, 'SIGKILL');
  for (let tries = 0; tries < 100 && (await commandOf(pid)).includes(bootstrapFile); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  return true;
}

/** Command line of a running process; empty if there is none. Linux without `ps` (procps) is common in containers. */
async function commandOf(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return (await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
}
