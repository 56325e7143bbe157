import type { AdminClient } from './admin-client.js';
import type { EnvoyExit } from './envoy-process.js';

export interface RunningEnvoy {
  readonly pid: number | undefined;
  readonly exited: Promise<EnvoyExit>;
  kill(signal: NodeJS.Signals): void;
}

export interface SupervisorOptions {
  readonly start: () => Promise<RunningEnvoy>;
  readonly admin: Pick<AdminClient, 'get' | 'post'>;
  /** Restarts in a row; a run of a minute starts the count again. */
  readonly maxRestarts: number;
  readonly drainMs: number;
  readonly now: () => number;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void; error(fields: object, message: string): void };
  readonly onExit: (reason: string) => void;
  /** Called once, when Envoy can't be kept running. */
  readonly onGiveUp: (reason: string) => void;
}

const firstDelayMs = 200;
const longestDelayMs = 10_000;
const goodRunMs = 60_000;
const pollMs = 100;
const killAfterMs = 1_000;

/**
 * Keeps one Envoy running. Istio 1.4's agent ends with Envoy and leaves the restart to kubelet; here, where there may be none,
 * it restarts Envoy with growing waits and gives up after too many in a row.
 */
export class EnvoySupervisor {
  restarts = 0;
  private envoy: RunningEnvoy | undefined;
  private inARow = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(private readonly options: SupervisorOptions) {}

  get pid(): number | undefined {
    return this.envoy?.pid;
  }

  async start(): Promise<void> {
    const { log, now } = this.options;
    this.startedAt = now();
    const envoy = await this.options.start();
    this.envoy = envoy;
    if (envoy.pid !== undefined) log.info({ pid: envoy.pid }, 'Envoy started');
    void envoy.exited.then((exit) => this.ended(exit));
  }

  /** Drains, then ends Envoy; within `drainMs` and a second more. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    const { envoy } = this;
    if (!envoy) return;
    await this.drain(envoy);
    envoy.kill('SIGTERM');
    const insist = setTimeout(() => envoy.kill('SIGKILL'), killAfterMs);
    await envoy.exited;
    clearTimeout(insist);
  }

  private ended(exit: EnvoyExit): void {
    this.envoy = undefined;
    const reason = describe(exit);
    this.options.onExit(reason);
    if (this.stopping) return;
    const { log, maxRestarts, now, onGiveUp } = this.options;
    if (exit.error) return onGiveUp(reason);
    if (now() - this.startedAt >= goodRunMs) this.inARow = 0;
    if (++this.inARow > maxRestarts) return onGiveUp(`${reason}, ${this.inARow} times in a row`);
    const delayMs = Math.min(firstDelayMs * 2 ** (this.inARow - 1), longestDelayMs);
    log.error({ reason, delayMs, inARow: this.inARow }, 'Envoy ended; starting it again');
    this.timer = setTimeout(() => this.restart(), delayMs);
  }

  private restart(): void {
    this.restarts++;
    this.start().catch((error: unknown) => this.options.onGiveUp(`Envoy can't be started: ${(error as Error).message}`));
  }

  /** Asks Envoy to close its connections as they become idle, and waits while there are any. */
  private async drain(envoy: RunningEnvoy): Promise<void> {
    const { admin, drainMs, now, log } = this.options;
    const deadline = now() + drainMs;
    let gone = false;
    void envoy.exited.then(() => (gone = true));
    try {
      await admin.post('/drain_listeners?graceful');
      while (!gone && now() < deadline && (await this.connections()) > 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'Envoy not drained');
    }
  }

  private async connections(): Promise<number> {
    const text = await this.options.admin.get('/stats?filter=%5Eserver%5C.total_connections%24');
    return Number(/: (\d+)/.exec(text)?.[1] ?? 0);
  }
}

function describe({ code, signal, error }: EnvoyExit): string {
  if (error) return `Envoy can't be started: ${error.message}`;
  if (signal) return `Envoy ended by ${signal}${signal === 'SIGKILL' ? ' (out of memory?)' : ''}`;
  return `Envoy ended with status ${code}`;
}
