import { createFileConfigSource, createMcpConfigSource, formatDocumentProblem } from '@quartet/config';
import { createMcpMetrics } from '@quartet/mcp';
import type { Loggers, Monitoring } from '@quartet/nest-kit';
import { rateLimitKind, type ConfigSource } from '@quartet/model';
import { pilotCollections } from './pilot-collections.js';
import type { PilotOptions } from './pilot-options.js';

export interface ConfigContext {
  readonly loggers: Loggers;
  readonly monitoring: Monitoring;
  readonly instance: string;
}

/** The source that the options name: Galley over MCP, or a folder. @throws Error if they name none or both */
export function openConfigSource({ configDir, mcpAddress }: Pick<PilotOptions, 'configDir' | 'mcpAddress'>, context: ConfigContext): ConfigSource {
  if ((configDir === undefined) === (mcpAddress === undefined)) throw new Error('the configuration comes from --config-dir or from --mcp-address: give one of them');
  return mcpAddress === undefined ? openFolder(configDir ?? '', context) : openMcp(mcpAddress, context);
}

function openFolder(dir: string, { loggers, monitoring }: ConfigContext): ConfigSource {
  const log = loggers.get('config');
  const source = createFileConfigSource({
    dir, log,
    onProblems: (problems) => {
      for (const problem of problems) log.warn(formatDocumentProblem(problem));
    },
  });
  monitoring.readiness.add('config', () => source.synced || `${dir} has not been read`);
  return source;
}

function openMcp(address: string, { loggers, monitoring, instance }: ConfigContext): ConfigSource {
  const source = createMcpConfigSource({ address, collections: [...pilotCollections], optional: [rateLimitKind.collection], sinkId: `pilot/${instance}`, log: loggers.get('mcp'), report: createMcpMetrics(monitoring.registry, 'pilot') });
  monitoring.readiness.add('config', () => source.synced || `waiting for ${address}: ${source.missing.length} collections missing (${source.missing.slice(0, 3).join(', ')})`);
  return source;
}
