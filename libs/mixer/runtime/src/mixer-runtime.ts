import type { Language } from '@quartet/mixer-expr';
import type { AdapterTable, HandlerConfig } from './config/handler.js';
import type { MixerConfig } from './config/mixer-config.js';
import type { ConfigCounters, ConfigProblem } from './config/problems.js';
import { newConfigCounters } from './config/problems.js';
import { buildSnapshot } from './config/snapshot.js';
import { checkRpc } from './check-rpc.js';
import type { DispatchContext, Logger } from './dispatch/context.js';
import { messageOf } from './dispatch/errors.js';
import { reportRpc } from './report-rpc.js';
import { DispatchStatsTable } from './routing/dispatch-stats.js';
import { buildHandlers, emptyHandlerTable, type HandlerBuilder, type HandlerCounters, type HandlerTable, type LiveHandler } from './routing/handler-table.js';
import { buildRoutingTable, RoutingTable } from './routing/routing-table.js';
import { standardDictionary, type GlobalDictionary } from './wire/dictionary.js';

export interface RuntimeOptions {
  readonly adapters: AdapterTable;
  readonly logger: Logger;
  readonly monotonicMs: () => number;
  /** Calls back once after a delay; returns how to call that off. */
  readonly after: (delayMs: number, work: () => void) => () => void;
  readonly env: HandlerBuilder['env'];
  /** Its rules apply to every request. */
  readonly defaultNamespace?: string;
  readonly language?: Language;
  readonly dictionary?: GlobalDictionary;
  /** Told of each handler that can't be built. */
  readonly handlerFailed?: (config: HandlerConfig, message: string) => void;
}

/** Handlers that are replaced get this long for the requests that still use them. */
const drainMs = 10_000;

/**
 * A Mixer: configuration in, Check and Report answered. Each change is built whole beside the running table and takes
 * over by the swap of one reference; the old table's handlers are closed when its last request has left.
 */
export class MixerRuntime {
  readonly stats = new DispatchStatsTable();
  readonly #dictionary: GlobalDictionary;
  readonly #dispatch: DispatchContext;
  #table = RoutingTable.empty();
  #handlers: HandlerTable = emptyHandlerTable;
  #counters: ConfigCounters = newConfigCounters();
  #problems: readonly ConfigProblem[] = [];
  #lastId = -1;
  #applying: Promise<void> = Promise.resolve();
  #closeFailures = 0;

  constructor(private readonly options: RuntimeOptions) {
    this.#dictionary = options.dictionary ?? standardDictionary;
    this.#dispatch = { logger: options.logger, monotonicMs: options.monotonicMs, stats: this.stats };
  }

  get table(): RoutingTable {
    return this.#table;
  }

  get configCounters(): ConfigCounters {
    return this.#counters;
  }

  get handlerCounters(): HandlerCounters {
    return { ...this.#handlers.counters, handler_close_failures_total: this.#closeFailures };
  }

  /** What of the current configuration was left out. */
  get problems(): readonly ConfigProblem[] {
    return this.#problems;
  }

  get handlers(): ReadonlyMap<string, LiveHandler> {
    return this.#handlers.handlers;
  }

  /** Resolves when the configuration is in force. Changes take their turn; never rejects. */
  apply(config: MixerConfig): Promise<void> {
    this.#applying = this.#applying
      .then(() => this.#apply(config))
      .catch((error: unknown) => this.options.logger.error(`the configuration can't be applied, the one before stays in force: ${messageOf(error)}`));
    return this.#applying;
  }

  /** @throws RpcError */
  async check(request: Buffer): Promise<Buffer> {
    const table = this.#table;
    table.enter();
    try {
      return await checkRpc(request, { table, dictionary: this.#dictionary, dispatch: this.#dispatch });
    } finally {
      table.leave();
    }
  }

  /** @throws RpcError */
  async report(request: Buffer): Promise<Buffer> {
    const table = this.#table;
    table.enter();
    try {
      return await reportRpc(request, { table, dictionary: this.#dictionary, dispatch: this.#dispatch });
    } finally {
      table.leave();
    }
  }

  /** Serves on with an empty table and closes every handler. */
  async close(): Promise<void> {
    await this.#applying;
    const old = this.#table;
    const handlers = [...this.#handlers.handlers.values()];
    this.#table = RoutingTable.empty();
    this.#handlers = emptyHandlerTable;
    await this.#drainAndClose(old, handlers);
  }

  async #apply(config: MixerConfig): Promise<void> {
    const { adapters, logger, language, defaultNamespace = 'istio-system' } = this.options;
    const snapshot = buildSnapshot(++this.#lastId, config, { adapters, ...(language ? { language } : {}) });
    for (const { kind, object, message } of snapshot.problems) logger.error(`${kind} ${object}: ${message}`);
    const previous = this.#handlers;
    const handlers = await buildHandlers(snapshot, previous, this.#builder(snapshot.id));
    const table = buildRoutingTable(snapshot, handlers, {
      defaultNamespace,
      stats: this.stats,
      unsatisfied: (rule, handler) => {
        snapshot.counters.unsatisfied_action_handler_total++;
        logger.warn(`rule ${rule}: handler ${handler} is not there, its actions are passed over`);
      },
    });
    const oldTable = this.#table;
    this.#table = table;
    this.#handlers = handlers;
    this.#counters = snapshot.counters;
    this.#problems = snapshot.problems;
    logger.info(`snapshot ${snapshot.id}: ${snapshot.rules.length} rules, ${snapshot.instances.size} instances, ${handlers.handlers.size} handlers, ${snapshot.problems.length} problems`);
    const replaced = [...previous.handlers].filter(([name, live]) => handlers.handlers.get(name) !== live).map(([, live]) => live);
    void this.#drainAndClose(oldTable, replaced);
  }

  #builder(snapshotId: number): HandlerBuilder {
    return {
      env: this.options.env,
      failed: (config, message) => {
        this.options.logger.error(`Unable to initialize adapter: snapshot=${snapshotId}, handler=${config.reportedName}, adapter=${config.adapter.name}, err=${message}`);
        this.options.handlerFailed?.(config, message);
      },
    };
  }

  async #drainAndClose(table: RoutingTable, handlers: readonly LiveHandler[]): Promise<void> {
    if (handlers.length === 0) return;
    if (!(await this.#idleInTime(table))) {
      this.#closeFailures += handlers.length;
      this.options.logger.error(`requests still use the routing table ${table.id} after ${drainMs} ms: its handlers are given up without being closed`);
      return;
    }
    await Promise.all(handlers.map((live) => this.#closeHandler(live)));
  }

  #idleInTime(table: RoutingTable): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.options.after(drainMs, () => resolve(false));
      void table.idle().then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  async #closeHandler({ config, handler, endWork }: LiveHandler): Promise<void> {
    try {
      await handler.close?.();
    } catch (error) {
      this.#closeFailures++;
      this.options.logger.error(`handler ${config.reportedName} could not be closed: ${messageOf(error)}`);
    } finally {
      endWork();
    }
  }
}
