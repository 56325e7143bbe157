import type { AdapterEnv, AdapterLogger, Cancel } from '@quartet/mixer-adapter-sdk';
import type { HandlerConfig } from '@quartet/mixer-runtime';
import type { Registry } from 'prom-client';

/** Background work under way, by handler: scheduled timers and runs in progress. */
export class AdapterWork {
  readonly #running = new Map<string, number>();
  readonly #timers = new Map<string, number>();

  constructor(private readonly context: { readonly logger: (adapter: string) => AdapterLogger; readonly registry: Registry }) {}

  get running(): ReadonlyMap<string, number> {
    return this.#running;
  }

  get timers(): ReadonlyMap<string, number> {
    return this.#timers;
  }

  /** A place to work in for one handler; `end` stops all that is scheduled in it. */
  env({ reportedName, adapter }: HandlerConfig): { env: AdapterEnv; end: () => void } {
    const logger = this.context.logger(adapter.name);
    const cancels = new Set<Cancel>();
    const named = (level: keyof AdapterLogger) => (message: string) => logger[level](`${reportedName}: ${message}`);
    const run = (work: () => void | Promise<void>) => this.#run(reportedName, work, logger);
    const keep = (stop: () => void): Cancel => {
      const cancel = () => {
        if (!cancels.delete(cancel)) return;
        this.#count(this.#timers, reportedName, -1);
        stop();
      };
      cancels.add(cancel);
      this.#count(this.#timers, reportedName, 1);
      return cancel;
    };
    const env: AdapterEnv = {
      logger: { debug: named('debug'), info: named('info'), warn: named('warn'), error: named('error') },
      now: () => Date.now(),
      every: (intervalMs, work) => keep(repeat(intervalMs, () => run(work))),
      after: (delayMs, work) => {
        const timer = setTimeout(() => {
          cancel();
          void run(work);
        }, delayMs).unref();
        const cancel = keep(() => clearTimeout(timer));
        return cancel;
      },
      registry: this.context.registry,
    };
    return { env, end: () => [...cancels].forEach((cancel) => cancel()) };
  }

  async #run(handler: string, work: () => void | Promise<void>, logger: AdapterLogger): Promise<void> {
    this.#count(this.#running, handler, 1);
    try {
      await work();
    } catch (error) {
      logger.error(`${handler}: background work failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#count(this.#running, handler, -1);
    }
  }

  #count(counts: Map<string, number>, handler: string, by: number): void {
    counts.set(handler, (counts.get(handler) ?? 0) + by);
  }
}

/** Runs again `intervalMs` after each end. */
function repeat(intervalMs: number, run: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const next = () => {
    if (!stopped) timer = setTimeout(() => void run().then(next), intervalMs).unref();
  };
  next();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
