import { createFileConfigSource, formatDocumentProblem, type DocumentProblem, type FileConfigSource } from '@quartet/config';
import type { ControlBus } from '@quartet/control-bus';
import { createMcpMetrics, SnapshotCache, type McpReporter } from '@quartet/mcp';
import type { ConfigSnapshot } from '@quartet/model';
import type { Loggers, Monitoring } from '@quartet/nest-kit';
import { ComponentManager } from './component-manager.js';
import { GalleyMetrics } from './galley-metrics.js';
import { McpEndpoint } from './mcp-endpoint.js';
import type { GalleyOptions } from './options.js';
import { Snapshotter } from './snapshotter.js';

export interface GalleyExtras {
  /** Finds what else is wrong with a snapshot, beyond what single documents show. */
  readonly analyze?: (snapshot: ConfigSnapshot) => readonly DocumentProblem[];
}

export interface GalleyContext extends GalleyExtras {
  readonly loggers: Loggers;
  readonly monitoring: Monitoring;
  readonly bus: ControlBus;
}

/** An event names this many problems at most; all of them stand at /debug/problems. */
const problemsPerEvent = 20;

/**
 * Galley: reads the folder, validates, publishes snapshots over MCP, manages the components over the control bus.
 * Sinks may connect at once but get nothing before the first reading is complete, so that a restart takes nothing away from them.
 */
export class Galley {
  readonly source: FileConfigSource;
  readonly endpoint: McpEndpoint;
  readonly components: ComponentManager;
  readonly snapshotter: Snapshotter;
  readonly #metrics: GalleyMetrics;
  readonly #cache = new SnapshotCache();
  #analyzed: readonly DocumentProblem[] = [];
  #reported: readonly string[] = [];

  /** @throws Error if no folder is named. */
  constructor(
    options: GalleyOptions,
    private readonly context: GalleyContext,
  ) {
    const { loggers, monitoring, bus } = context;
    const dir = options.configDir ?? options.configPath ?? options.istioConfigPath;
    if (dir === undefined) throw new Error('--config-dir: name the folder that holds the configuration');
    this.#metrics = new GalleyMetrics(monitoring.registry);
    this.snapshotter = new Snapshotter(this.#cache, { domain: options.domain, trustDomain: options.trustDomain });
    this.components = new ComponentManager(bus);
    this.endpoint = new McpEndpoint(options, { cache: this.#cache, report: this.#reporter(), log: loggers.get('mcp') });
    this.source = createFileConfigSource({
      dir, log: loggers.get('source'), defaultNamespace: options.defaultNamespace, badDocuments: options.badDocuments,
      debounceMs: { quiet: options.debounceQuiet, max: options.debounceMax }, onProblems: () => this.#report(),
    });
    monitoring.readiness.add('config', () => this.source.synced || `${dir} has not been read`);
  }

  /** Everything that is wrong with the configuration now. */
  get problems(): readonly DocumentProblem[] {
    return [...this.source.problems, ...this.components.problems, ...this.#analyzed];
  }

  /** @throws Error if MCP can't be served at its address. */
  async start(): Promise<void> {
    this.components.start();
    void this.source.whenSynced().then(() => {
      this.#publish();
      this.source.subscribe((_, changed) => this.#publish(changed));
    });
    await this.endpoint.start().catch(async (error: unknown) => {
      await this.close();
      throw error;
    });
  }

  /** Reads the folder anew; resolves when it is published. */
  async resync(): Promise<{ readonly version: string; readonly problems: number }> {
    await this.source.reload();
    return { version: this.source.snapshot.version, problems: this.problems.length };
  }

  async close(): Promise<void> {
    await this.endpoint.close();
    await this.source.close();
  }

  #publish(changed?: ReadonlySet<string>): void {
    const { bus, loggers, analyze } = this.context;
    const { snapshot } = this.source;
    const { collections, leftOut } = this.snapshotter.publish(snapshot, changed);
    for (const reason of leftOut) loggers.get('processing').error(`not serialisable, left out: ${reason}`);
    this.components.publish(snapshot);
    this.#analyzed = analyze?.(snapshot) ?? [];
    this.#report();
    this.#metrics.published(collections, this.snapshotter.collections);
    const named = changed ? [...changed] : collections.filter((collection) => snapshot.list(collection).length > 0);
    loggers.get('processing').info({ version: snapshot.version, changed: named }, 'snapshot published');
    bus.setDetail({ snapshotVersion: snapshot.version, problems: this.problems.length });
    bus.publish('config-changed', { version: snapshot.version, changed: named });
  }

  /** Logs what is newly wrong, and tells the bus of the state. */
  #report(): void {
    const { bus, loggers } = this.context;
    const all = this.problems;
    const texts = all.map(formatDocumentProblem);
    if (texts.join('\n') === this.#reported.join('\n')) return;
    for (const [index, text] of texts.entries()) if (!this.#reported.includes(text)) loggers.get('validation')[all[index]?.severity === 'error' ? 'error' : 'warn'](text);
    this.#reported = texts;
    this.#metrics.setProblems(all);
    bus.setDetail({ problems: all.length });
    bus.publish('config-problems', { count: all.length, problems: all.slice(0, problemsPerEvent) });
  }

  /** Metrics, and an event for each refusal. */
  #reporter(): McpReporter {
    const { loggers, monitoring, bus } = this.context;
    const metrics = createMcpMetrics(monitoring.registry, 'galley');
    return {
      ...metrics,
      nack: (collection, code, detail) => {
        metrics.nack(collection, code, detail);
        loggers.get('mcp').warn({ collection, code }, `a sink refused a push: ${detail}`);
        bus.publish('config-rejected', { collection, code, detail });
      },
    };
  }
}
