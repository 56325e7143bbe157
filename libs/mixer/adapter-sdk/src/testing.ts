import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { problemsText, type Adapter } from './adapter.js';
import type { AdapterEnv } from './env.js';
import type { Handler } from './handler.js';
import type { InferredType } from './instances.js';
import type { TemplateName } from './templates.js';

/** A clock that moves only when told, running scheduled work as it passes it. */
export class ManualScheduler {
  #now: number;
  readonly #jobs = new Set<{ due: number; interval: number | undefined; work: () => void | Promise<void> }>();

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, work: () => void | Promise<void>, intervalMs?: number): () => void {
    const job = { due: this.#now + delayMs, interval: intervalMs, work };
    this.#jobs.add(job);
    return () => void this.#jobs.delete(job);
  }

  get pending(): number {
    return this.#jobs.size;
  }

  /** Moves the clock and waits for the work that came due. */
  async advance(byMs: number): Promise<void> {
    const end = this.#now + byMs;
    for (;;) {
      const next = [...this.#jobs].filter((job) => job.due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.due);
      if (next.interval === undefined) this.#jobs.delete(next);
      else next.due += next.interval;
      await next.work();
    }
    this.#now = end;
  }
}

export interface AdapterRun {
  readonly handler: Handler;
  readonly scheduler: ManualScheduler;
  /** What the adapter logged: `warn: text`. */
  readonly logs: string[];
  close(): Promise<void>;
}

export interface AdapterRunOptions {
  /** The handler's params: YAML text as a user would write it, or its JSON. */
  readonly params?: unknown;
  /** The instances sent to the handler, and the types of their value fields. */
  readonly types?: Readonly<Partial<Record<TemplateName, Readonly<Record<string, InferredType>>>>>;
  readonly startMs?: number;
}

/**
 * Builds a handler from real config and hands it over to be called.
 * @throws Error naming the field if the params are refused, or whatever `build` throws.
 */
export async function runAdapter(adapter: Adapter, options: AdapterRunOptions = {}): Promise<AdapterRun> {
  const scheduler = new ManualScheduler(options.startMs);
  const logs: string[] = [];
  const context = { params: readParams(adapter, options.params), types: typesOf(options.types) };
  const problems = adapter.validate?.(context) ?? [];
  if (problems.length > 0) throw new Error(problemsText(problems));
  const handler = await adapter.build(context, envOf(scheduler, logs));
  return { handler, scheduler, logs, close: async () => void (await handler.close?.()) };
}

function readParams(adapter: Adapter, given: unknown): unknown {
  const { params, problems } = adapter.params.parse(typeof given === 'string' ? parse(given) : given);
  if (problems.length > 0) throw new Error(problemsText(problems));
  return params;
}

function typesOf(types: AdapterRunOptions['types'] = {}) {
  return Object.fromEntries(Object.entries(types).map(([template, byName]) => [template, new Map(Object.entries(byName))]));
}

function envOf(scheduler: ManualScheduler, logs: string[]): AdapterEnv {
  const log = (level: string) => (text: string) => void logs.push(`${level}: ${text}`);
  return {
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    now: () => scheduler.now(),
    every: (interval, work) => scheduler.schedule(interval, work, interval),
    after: (delay, work) => scheduler.schedule(delay, work),
    registry: new Registry(),
  };
}
