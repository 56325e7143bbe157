import type { Adapter } from '@quartet/mixer-adapter-sdk';
import { denier, kubernetesenv, listChecker, memquota, noop, prometheus, stdio, type Exposition, type PodSource } from '@quartet/mixer-adapters';

export interface AdapterPorts {
  readonly exposition: Exposition;
  readonly pods: PodSource;
}

/** The adapters compiled into this Mixer, by name. */
export function builtInAdapters({ exposition, pods }: AdapterPorts): ReadonlyMap<string, Adapter> {
  const adapters: readonly Adapter[] = [denier, kubernetesenv(pods), listChecker(), memquota, noop, prometheus(exposition), stdio()];
  return new Map(adapters.map((adapter) => [adapter.name, adapter]));
}
