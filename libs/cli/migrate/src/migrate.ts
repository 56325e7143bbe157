import type { ConfigObject } from '@quartet/model';
import { readMeshFacts } from './facts/mesh-facts.js';
import { customAdapters, leftovers } from './leftovers.js';
import { readMixerConfig } from './mixer/mixer-config.js';
import type { NotCarried } from './not-carried.js';
import { writeDocuments, type Document } from './output/document.js';
import { migratePolicies } from './policy/policies.js';
import { migrateQuotas } from './quota/quotas.js';
import { migrateMetrics } from './statistics/statistics.js';

export interface MigratedFile {
  readonly name: string;
  readonly yaml: string;
}

export interface MigrateOptions {
  /** How rate limits are written: as RateLimit objects (default), or as the EnvoyFilters that they mean. */
  readonly rateLimits?: 'RateLimit' | 'EnvoyFilter';
}

export interface Migration {
  readonly files: readonly MigratedFile[];
  readonly notCarried: readonly NotCarried[];
}

/**
 * What replaces Mixer's configuration where there is no Mixer. The other objects of the folder are needed too: services
 * and pods say which workloads are meant, the mesh configuration what a failed check does.
 *
 * Policies are equivalent for requests that arrive by mutual TLS at the sidecar of their destination: what Mixer refused
 * is refused, with 403. Rate limits are local to a workload's Envoy, and say so. What can't be said is listed.
 */
export function migrate(objects: readonly ConfigObject[], options: MigrateOptions = {}): Migration {
  const facts = readMeshFacts(objects);
  const config = readMixerConfig(objects);
  const actionsOf = (...types: string[]) => config.actions.filter(({ handler }) => types.includes(handler.type));
  const policies = migratePolicies(actionsOf('denier', 'listchecker'), facts, objects);
  const quotas = migrateQuotas(actionsOf('memquota', 'redisquota'), { facts, objects, as: options.rateLimits ?? 'RateLimit' });
  const metrics = migrateMetrics(actionsOf('prometheus'), facts, objects);
  return {
    files: [...file('policies.yaml', policies.documents), ...file('rate-limits.yaml', quotas.documents), ...file('statistics.yaml', metrics.documents)],
    notCarried: unique([...policies.notCarried, ...quotas.notCarried, ...metrics.notCarried, ...leftovers(config), ...customAdapters(objects)]),
  };
}

function file(name: string, documents: readonly Document[]): MigratedFile[] {
  return documents.length === 0 ? [] : [{ name, yaml: writeDocuments(documents) }];
}

function unique(list: readonly NotCarried[]): NotCarried[] {
  return [...new Map(list.map((one) => [`${one.object}\n${one.reason}`, one])).values()];
}
