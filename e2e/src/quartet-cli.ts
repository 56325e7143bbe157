import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './test-mesh.js';

export interface Finished {
  readonly code: number | null;
  /** Standard output and error as they came. */
  readonly output: string;
  readonly tookMs: number;
}

/** A program of the workspace while it runs. */
export class RunningProgram {
  readonly finished: Promise<Finished>;
  private text = '';
  private readonly started = Date.now();

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => void (this.text += chunk));
    this.finished = once(child, 'close').then(([code]) => ({ code: code as number | null, output: this.text, tookMs: Date.now() - this.started }));
  }

  /** Resolves when it has printed this; rejects with what it printed instead if it ends before. */
  async printed(wanted: string): Promise<void> {
    let ended = false;
    void this.finished.then(() => (ended = true));
    while (!this.text.includes(wanted)) {
      if (ended) throw new Error(`ended before it printed "${wanted}":\n${this.text}`);
      await Promise.race([once(this.child.stdout!, 'data'), once(this.child.stderr!, 'data'), this.finished]);
    }
  }
}

/** Starts an app of the workspace. `env` is added to the environment; undefined takes a variable away. */
export function startApp(app: string, args: readonly string[], { env = {}, cwd }: { env?: Readonly<Record<string, string | undefined>>; cwd?: string } = {}): RunningProgram {
  const main = join(root, 'apps', app, 'dist/main.js');
  return new RunningProgram(spawn(process.execPath, ['--enable-source-maps', main, ...args], { env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** `quartet` for one state folder. */
export class QuartetCli {
  constructor(
    readonly stateDir: string,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  start(...args: string[]): RunningProgram {
    return startApp('quartet', ['--state-dir', this.stateDir, ...args], { env: this.env });
  }

  run(...args: string[]): Promise<Finished> {
    return this.start(...args).finished;
  }

  /** Runs a command that must succeed; its output. */
  async ok(...args: string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`quartet ${args.join(' ')}: exit code ${code}\n${output}`);
    return output;
  }
}

/** Every process now that has this folder in its command line or works in it: `pid command`. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const isOfFolder = command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      return isOfFolder ? [`${pid} ${command}`] : [];
    } catch {
      return [];
    }
  });
}
