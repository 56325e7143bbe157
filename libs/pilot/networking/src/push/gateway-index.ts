import type { Gateway } from '@quartet/api/istio/networking/v1alpha3/gateway';
import { labels as labelSets, type ConfigObject, type Proxy } from '@quartet/model';
import { byAge } from './config-list.js';

export type GatewayObject = ConfigObject<Gateway>;

/** Gateways oldest first. Immutable. */
export interface GatewayIndex {
  forProxy(proxy: Proxy, labels: Readonly<Record<string, string>>): readonly GatewayObject[];
}

/** @param scoped PILOT_SCOPE_GATEWAY_TO_NAMESPACE: a Gateway labelSets.selects workloads of its own namespace only. */
export function indexGateways(objects: readonly GatewayObject[], scoped: boolean): GatewayIndex {
  const sorted = [...objects].sort(byAge);
  return {
    forProxy: (proxy, labels) =>
      sorted.filter(({ metadata, spec }) => labelSets.selects(spec.selector, labels) && (!scoped || metadata.namespace === proxy.configNamespace)),
  };
}
