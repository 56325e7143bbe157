import type { Server } from '@grpc/grpc-js';
import type { Adapter, AdapterLogger } from '@quartet/mixer-adapter-sdk';
import { Exposition } from '@quartet/mixer-adapters';
import { MixerRuntime } from '@quartet/mixer-runtime';
import type { ConfigSource } from '@quartet/model';
import { formatAddress, type Address } from '@quartet/nest-kit';
import type { Registry } from 'prom-client';
import { AdapterWork } from './adapter-environment.js';
import { builtInAdapters } from './built-in-adapters.js';
import { collectionsOf, legacyPlurals } from './config/collections.js';
import { ConfigFollower } from './config/config-follower.js';
import { ConfigPods } from './config/config-pods.js';
import { Throttler } from './loadshedding/throttler.js';
import { registerMixerMetrics } from './metrics/mixer-metrics.js';
import type { ListenAddress, MixerOptions } from './mixer-options.js';
import { createMixerServer, listen, tlsCredentials } from './server/listen.js';
import { mixerHandlers } from './server/mixer-service.js';
import { PrometheusServer } from './server/prometheus-server.js';

export type MixerSettings = Omit<MixerOptions, 'monitoringAddress' | 'natsUrl' | 'instance' | 'logOutputLevel' | 'configDir' | 'mcpAddress'>;

export interface MixerParts {
  readonly options: MixerSettings;
  /** @param collections what Mixer reads */
  readonly openSource: (collections: readonly string[]) => ConfigSource;
  readonly registry: Registry;
  readonly logger: (scope: string) => AdapterLogger;
  readonly publish: (type: string, data: unknown) => void;
  /** Beside or instead of the built-in ones. */
  readonly adapters?: readonly Adapter[];
}

/** A whole Mixer: configuration, runtime, adapters and ports. */
export class Mixer {
  readonly runtime: MixerRuntime;
  readonly #pods = new ConfigPods();
  readonly #throttler: Throttler;
  readonly #follower: ConfigFollower;
  readonly #source: ConfigSource;
  readonly #prometheus: PrometheusServer;
  readonly #servers: Server[] = [];
  #version = '';

  constructor(private readonly parts: MixerParts) {
    const { options, registry, logger, publish } = parts;
    const exposition = new Exposition();
    const work = new AdapterWork({ logger: (adapter) => logger(`adapter-${adapter}`), registry });
    const adapters = new Map([...builtInAdapters({ exposition, pods: this.#pods }), ...(parts.adapters ?? []).map((adapter) => [adapter.name, adapter] as const)]);
    this.runtime = new MixerRuntime({
      adapters,
      logger: logger('runtime'),
      monotonicMs: () => performance.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs).unref();
        return () => clearTimeout(timer);
      },
      env: (config) => work.env(config),
      defaultNamespace: options.configDefaultNamespace,
      ...languageOf(process.env['ISTIO_LANG']),
      handlerFailed: ({ name, adapter }, message) => publish('handler-failed', { handler: name, adapter: adapter.name, message }),
    });
    this.#throttler = newThrottler(options, logger('loadshedding'));
    const plurals = options.useLegacyCrds ? legacyPlurals(adapters.keys()) : [];
    this.#source = parts.openSource(collectionsOf(plurals));
    this.#follower = new ConfigFollower(this.#source, {
      runtime: this.runtime,
      pods: this.#pods,
      legacyPlurals: plurals,
      quietMs: options.configDebounce,
      maxMs: options.configDebounceMax,
      applied: (version) => this.#applied(version),
    });
    this.#prometheus = new PrometheusServer(exposition);
    registerMixerMetrics(registry, { runtime: this.runtime, work, throttler: this.#throttler });
  }

  /** Version of the configuration in force; '' before the first. */
  get configVersion(): string {
    return this.#version;
  }

  /** Opens the ports; the configuration comes in behind. Resolves to where they are. */
  async start(): Promise<{ readonly port: number; readonly prometheus: Address }> {
    const { options, logger } = this.parts;
    const at: ListenAddress = options.address ?? { kind: 'tcp', address: { host: '0.0.0.0', port: options.port } };
    const prometheus = await this.#prometheus.listen(options.prometheusAddress);
    const port = await this.#open(at);
    if (options.tlsAddress) await this.#open({ kind: 'tcp', address: options.tlsAddress }, await tlsCredentials(options));
    void this.#follower.start();
    logger('server').info(`Check and Report at ${at.kind === 'unix' ? at.path : formatAddress({ ...at.address, port })}, the prometheus adapter at ${formatAddress(prometheus)}`);
    return { port, prometheus };
  }

  /** Builds the configuration anew. */
  async resync(): Promise<string> {
    await this.#follower.rebuild();
    return this.#version;
  }

  /** Takes no more requests, ends those under way, closes the handlers. */
  async close(): Promise<void> {
    this.#follower.stop();
    await Promise.all(this.#servers.map(shutDown));
    await Promise.all([this.#source.close(), this.#prometheus.close(), this.runtime.close()]);
  }

  async #open(at: ListenAddress, credentials?: Parameters<typeof listen>[2]): Promise<number> {
    const server = createMixerServer(this.parts.options, mixerHandlers({ runtime: this.runtime, throttler: this.#throttler, configVersion: () => this.#version }));
    const port = await listen(server, at, credentials);
    this.#servers.push(server);
    return port;
  }

  #applied(version: string): void {
    this.#version = version;
    const problems = this.runtime.problems.map(({ kind, object, message }) => `${kind} ${object}: ${message}`);
    this.parts.publish('config-applied', { version, snapshot: this.runtime.table.id, problems });
  }
}

const graceMs = 2_000;

/** Requests under way get a moment to end. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function newThrottler(options: MixerSettings, logger: AdapterLogger): Throttler {
  return new Throttler(
    {
      mode: options.loadsheddingMode,
      maxRequestsPerSecond: options.maxRequestsPerSecond,
      burstSize: options.burstSize,
      averageLatencyThresholdMs: options.averageLatencyThreshold,
      latencySampleHalflifeMs: options.latencySampleHalflife,
      latencyEnforcementThreshold: options.latencyEnforcementThreshold,
    },
    (message) => logger.debug(message),
  );
}

function languageOf(name: string | undefined): { language?: 'CEL' | 'COMPAT' } {
  return name === 'CEL' || name === 'COMPAT' ? { language: name } : {};
}
