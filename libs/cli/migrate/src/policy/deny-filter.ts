import { never, type Formula } from '../formula/formula.js';
import { rbacPolicies, type Json } from './rbac-json.js';
import type { Target } from './target.js';

export interface DenyFilter {
  readonly name: string;
  readonly target: Target;
  readonly http: Formula;
  readonly tcp: Formula;
}

const hcm = 'envoy.filters.network.http_connection_manager';
const tcpProxy = 'envoy.filters.network.tcp_proxy';

/** An EnvoyFilter that puts an RBAC filter with action DENY into the inbound chains of the workloads. @throws NotTranslatable */
export function denyFilter({ name, target, http, tcp }: DenyFilter): Json {
  const patches = [
    ...(http === never ? [] : [{
      applyTo: 'HTTP_FILTER',
      match: { context: 'SIDECAR_INBOUND', listener: { filterChain: { filter: { name: hcm, subFilter: { name: 'envoy.filters.http.router' } } } } },
      patch: insert('envoy.filters.http.rbac', { '@type': 'type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC', rules: rules(name, http) }),
    }]),
    ...(tcp === never ? [] : [{
      applyTo: 'NETWORK_FILTER',
      match: { context: 'SIDECAR_INBOUND', listener: { filterChain: { filter: { name: tcpProxy } } } },
      patch: insert('envoy.filters.network.rbac', { '@type': 'type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC', statPrefix: `${name}.`, rules: rules(name, tcp) }),
    }]),
  ];
  const { namespace, labels } = target;
  const selector = Object.keys(labels).length > 0 ? { workloadSelector: { labels } } : {};
  return { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name, namespace }, spec: { ...selector, configPatches: patches } };
}

const insert = (name: string, typedConfig: Json): Json => ({ operation: 'INSERT_BEFORE', value: { name, typedConfig } });

function rules(name: string, formula: Formula): Json {
  return { action: 'DENY', policies: Object.fromEntries(rbacPolicies(formula).map((policy, index) => [`${name}[${index}]`, policy])) };
}
