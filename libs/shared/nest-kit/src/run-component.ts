import 'reflect-metadata';
import { hostname } from 'node:os';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { CommandServer, type ComponentConfig, ControlBus } from '@quartet/control-bus';
import { formatAddress } from './address.js';
import { observeBus } from './bus-metrics.js';
import { ComponentInfo } from './component-info.js';
import { type ComponentContext, ComponentModule } from './component.module.js';
import { type ComponentOptions, componentOptions } from './component-options.js';
import { Loggers } from './loggers.js';
import { Monitoring } from './monitoring.js';
import { NestLogger } from './nest-logger.js';
import { type OptionSpecs, type OptionsOf, parseOptions, UsageError } from './options.js';
import { VERSION } from './version.js';

/** Long enough to end streams, short enough for a pod's grace period. */
const SHUTDOWN_DEADLINE_MS = 5_000;
const READINESS_INTERVAL_MS = 500;

export interface ComponentDefinition<T extends OptionSpecs> {
  /** pilot, mixer, citadel, galley, pilot-agent. */
  readonly name: string;
  readonly description: string;
  readonly options: T;
  /** Words taken besides options, for the usage line. */
  readonly words?: string;
  readonly epilogue?: string;
  /** The feature module, made from the parsed options. */
  readonly module: (options: OptionsOf<T> & ComponentOptions, words: readonly string[]) => DynamicModule | Promise<DynamicModule>;
  /** Nest gRPC microservices of this component, started before it is ready. */
  readonly microservices?: (options: OptionsOf<T> & ComponentOptions, context: ComponentContext) => Promise<readonly MicroserviceOptions[]> | readonly MicroserviceOptions[];
}

/**
 * Runs a component until SIGTERM or SIGINT: options, logs, control bus, feature module, monitoring, orderly end.
 * Ends the process: 0 after an orderly end, 1 if it can't start, 2 for an unusable command line.
 */
export async function runComponent<T extends OptionSpecs>(definition: ComponentDefinition<T>): Promise<void> {
  const { options, words } = parseOrExit(definition);
  const context = createContext(definition, options);
  const log = context.loggers.get('default');
  try {
    const app = await createApp(definition, { options, words, context });
    endOnSignals(app, context);
    log.info({ version: VERSION, monitoring: formatAddress(options.monitoringAddress) }, `${definition.name} started`);
  } catch (error) {
    log.fatal({ err: error }, `${definition.name} can't start: ${explain(error)}`);
    await context.bus.close();
    process.exit(1);
  }
}

type Options<T extends OptionSpecs> = OptionsOf<T> & ComponentOptions;

function parseOrExit<T extends OptionSpecs>(definition: ComponentDefinition<T>): { options: Options<T>; words: readonly string[] } {
  try {
    const specs = { ...definition.options, ...componentOptions };
    const parsed = parseOptions({ ...definition, version: VERSION }, specs, { argv: process.argv.slice(2), env: process.env });
    return { options: parsed.options as unknown as Options<T>, words: parsed.words };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    (error.exitCode === 0 ? process.stdout : process.stderr).write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
}

function createContext<T extends OptionSpecs>(definition: ComponentDefinition<T>, options: ComponentOptions): ComponentContext {
  const instance = options.instance ?? (process.env['POD_NAME'] ?? `${hostname()}-${process.pid}`).replace(/[^A-Za-z0-9_-]/g, '-');
  const info = new ComponentInfo(definition.name, instance, VERSION, new Date());
  const loggers = new Loggers(options.logOutputLevel, { component: definition.name, instance });
  const monitoring = new Monitoring(definition.name, VERSION);
  const bus = ControlBus.start({
    url: options.natsUrl,
    component: info.name,
    instance,
    version: VERSION,
    address: formatAddress(options.monitoringAddress),
    startedAt: info.startedAt,
    log: loggers.get('control-bus'),
  });
  observeBus(bus, monitoring);
  bus.watchComponentConfig((config) => applyLogLevels(loggers, config));
  return { info, loggers, monitoring, bus };
}

/** Log levels are the part of a component's configuration that is the same for all; features apply their own settings. */
function applyLogLevels(loggers: Loggers, { logLevels }: ComponentConfig): string | undefined {
  return loggers.configure(
    Object.entries(logLevels)
      .map(([scope, level]) => `${scope}:${level}`)
      .join(','),
  );
}

async function createApp<T extends OptionSpecs>(
  definition: ComponentDefinition<T>,
  { options, words, context }: { options: Options<T>; words: readonly string[]; context: ComponentContext },
): Promise<INestApplication> {
  const feature = await definition.module(options, words);
  const app = await NestFactory.create(ComponentModule.forRoot(context, feature), { logger: new NestLogger(context.loggers), abortOnError: false });
  for (const microservice of (await definition.microservices?.(options, context)) ?? []) app.connectMicroservice<MicroserviceOptions>(microservice);
  app.connectMicroservice({ strategy: new CommandServer(context.bus) });
  await app.init();
  await app.startAllMicroservices();
  await app.listen(options.monitoringAddress.port, options.monitoringAddress.host);
  reportReadiness(context);
  return app;
}

/** The bus hears of readiness within a second of its change. */
function reportReadiness({ bus, monitoring }: ComponentContext): void {
  let last = '';
  const report = (): void => {
    const { ready, checks } = monitoring.readiness.report();
    const text = JSON.stringify(checks);
    if (text === last) return;
    last = text;
    bus.setReady(ready, checks);
  };
  report();
  setInterval(report, READINESS_INTERVAL_MS).unref();
}

function endOnSignals(app: INestApplication, { loggers, bus }: ComponentContext): void {
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    const log = loggers.get('default');
    log.info({ signal }, 'ending');
    setTimeout(() => {
      log.error(`not ended ${SHUTDOWN_DEADLINE_MS} ms after ${signal}; ending at once`);
      process.exit(1);
    }, SHUTDOWN_DEADLINE_MS).unref();
    void app
      .close()
      .catch((error: unknown) => log.error({ err: error }, 'while ending'))
      .then(() => bus.close())
      .finally(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function explain(error: unknown): string {
  const { code, address, port, message } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return `${address}:${port} is taken by another process; free it or choose another address`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine`;
  return message ?? String(error);
}
