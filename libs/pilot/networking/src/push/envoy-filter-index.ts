import type { EnvoyFilter } from '@quartet/api/istio/networking/v1alpha3/envoy_filter';
import { labels as labelSets, type ConfigObject, type Proxy } from '@quartet/model';
import { byAge } from './config-list.js';

export type EnvoyFilterObject = ConfigObject<EnvoyFilter>;

/** EnvoyFilters by namespace, oldest first. Immutable. */
export interface EnvoyFilterIndex {
  /** The root namespace's first, then those of the proxy's namespace. */
  forProxy(proxy: Proxy, labels: Readonly<Record<string, string>>): readonly EnvoyFilterObject[];
  /** Those with the deprecated `filters`, of every namespace. */
  deprecatedFor(labels: Readonly<Record<string, string>>): readonly EnvoyFilterObject[];
}

export function indexEnvoyFilters(objects: readonly EnvoyFilterObject[], rootNamespace: string): EnvoyFilterIndex {
  const sorted = [...objects].sort(byAge);
  return {
    forProxy(proxy, labels) {
      const namespaces = rootNamespace === proxy.configNamespace || rootNamespace === '' ? [proxy.configNamespace] : [rootNamespace, proxy.configNamespace];
      return namespaces.flatMap((namespace) =>
        sorted.filter(({ metadata, spec }) => metadata.namespace === namespace && spec.configPatches.length > 0 && labelSets.selects(spec.workloadSelector?.labels, labels)),
      );
    },
    deprecatedFor: (labels) => sorted.filter(({ spec }) => spec.filters.length > 0 && labelSets.selects(spec.workloadLabels, labels)),
  };
}
