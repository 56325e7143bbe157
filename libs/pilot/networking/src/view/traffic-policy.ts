import type {
  ConnectionPoolSettings, LoadBalancerSettings, OutlierDetection, TLSSettings, TrafficPolicy,
} from '@quartet/api/istio/networking/v1alpha3/destination_rule';

export interface TrafficPolicyComponents {
  readonly loadBalancer?: LoadBalancerSettings | undefined;
  readonly connectionPool?: ConnectionPoolSettings | undefined;
  readonly outlierDetection?: OutlierDetection | undefined;
  readonly tls?: TLSSettings | undefined;
}

/** The settings for a port: if a port-level entry matches, it replaces the whole policy (what it lacks is unset). */
export function selectTrafficPolicy(policy: TrafficPolicy | undefined, port: number): TrafficPolicyComponents {
  if (!policy) return {};
  return policy.portLevelSettings.find((entry) => entry.port?.number === port) ?? policy;
}
