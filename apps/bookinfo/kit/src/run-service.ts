import { startHttpService } from './http-service.js';
import { createLog } from './log.js';
import { MeshClient } from './mesh-client.js';
import type { Routes } from './router.js';
import { environmentHelp, readServiceConfig, type ServiceConfig } from './service-config.js';

export interface ServiceContext {
  readonly config: ServiceConfig;
  readonly client: MeshClient;
}

/**
 * The main function of a service: configuration from the environment, serving, and a graceful end on SIGTERM or
 * SIGINT within 5 s. Exit code 1 if the configuration is wrong or the address is taken.
 */
export async function runService(name: string, createRoutes: (context: ServiceContext) => Routes): Promise<void> {
  if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
    console.log(`${name}: a service of the Bookinfo sample\n\n${environmentHelp}`);
    return;
  }
  const log = createLog(name);
  try {
    const config = readServiceConfig(name, process.env);
    const client = new MeshClient(config.egress);
    const service = await startHttpService(config.listen, createRoutes({ config, client }), (error) => log('request failed', { error: String(error) }));
    log('listening', { instance: config.instance, address: `${service.address.host}:${service.address.port}` });
    const signal = await terminationSignal();
    await service.close();
    client.close();
    log('stopped', { signal });
  } catch (error) {
    log('failed', { error: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, as ever. */
export function terminationSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      resolve(signal);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
