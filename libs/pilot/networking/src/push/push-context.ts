import type { EnvoyFilter } from '@quartet/api/istio/networking/v1alpha3/envoy_filter';
import type { Gateway } from '@quartet/api/istio/networking/v1alpha3/gateway';
import type { Sidecar } from '@quartet/api/istio/networking/v1alpha3/sidecar';
import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import type { MeshNetworks } from '@quartet/api/istio/mesh/v1alpha1/network';
import type { RateLimit } from '@quartet/api/quartet/v1alpha1/rate_limit';
import type { Proxy } from '@quartet/model';
import { Diagnostics, type Diagnostic } from '../diagnostics.js';
import { defaultFeatures, type Environment, type Features } from '../environment.js';
import { indexAuthentication, type AuthenticationIndex } from './authentication-index.js';
import { indexAuthorization, type AuthorizationIndex } from './authorization-index.js';
import { collections } from './config-list.js';
import { indexDestinationRules, type DestinationRuleIndex } from './destination-rule-index.js';
import { indexEnvoyFilters, type EnvoyFilterIndex } from './envoy-filter-index.js';
import { indexGateways, type GatewayIndex } from './gateway-index.js';
import { indexQuotas, type QuotaIndex } from './quota-index.js';
import { indexRateLimits, type RateLimitIndex } from './rate-limit-index.js';
import { indexServices, type ServiceIndex } from './service-index.js';
import { buildSidecarScope, indexSidecars, type SidecarObject, type SidecarScope } from './sidecar-scope.js';
import { indexVirtualServices, type VirtualServiceIndex } from './virtual-service-index.js';

/** Everything that proxies' configuration is computed from, indexed. Immutable: a change makes a new one. */
export interface PushContext {
  /** Changes whenever an input changes. */
  readonly version: string;
  readonly mesh: MeshConfig;
  readonly networks: MeshNetworks | undefined;
  readonly domain: string;
  readonly features: Features;
  readonly jwks: ReadonlyMap<string, string>;
  readonly services: ServiceIndex;
  readonly virtualServices: VirtualServiceIndex;
  readonly destinationRules: DestinationRuleIndex;
  readonly gateways: GatewayIndex;
  readonly authentication: AuthenticationIndex;
  readonly authorization: AuthorizationIndex;
  readonly envoyFilters: EnvoyFilterIndex;
  readonly quotas: QuotaIndex;
  readonly rateLimits: RateLimitIndex;
  /** Faults found while indexing. */
  readonly diagnostics: readonly Diagnostic[];
  /** Labels of the proxy's workload: its metadata's, else the registry's. */
  labelsOf(proxy: Proxy): Readonly<Record<string, string>>;
  sidecarScope(proxy: Proxy): SidecarScope;
}

export function buildPushContext(env: Environment): PushContext {
  const { config, mesh } = env;
  const domain = env.domain ?? 'cluster.local';
  const features = Object.freeze({ ...defaultFeatures, ...env.features });
  const diagnostics = new Diagnostics();
  const sidecars = indexSidecars(config.list<Sidecar>(collections.sidecars), mesh.rootNamespace);
  const scopes = new Map<string, SidecarScope>();
  const push: PushContext = Object.freeze({
    version: `${config.version}/${env.services.version}`,
    mesh, domain, features,
    networks: env.networks,
    jwks: env.jwks ?? new Map<string, string>(),
    services: indexServices(env.services, mesh),
    virtualServices: indexVirtualServices(config, mesh, domain),
    destinationRules: indexDestinationRules(config, mesh, { domain, diagnostics }),
    gateways: indexGateways(config.list<Gateway>(collections.gateways), features.scopeGatewayToNamespace),
    authentication: indexAuthentication(config, domain),
    authorization: indexAuthorization(config, mesh.rootNamespace),
    envoyFilters: indexEnvoyFilters(config.list<EnvoyFilter>(collections.envoyFilters), mesh.rootNamespace),
    quotas: indexQuotas(config, domain),
    rateLimits: indexRateLimits(config.list<RateLimit>(collections.rateLimits), { rootNamespace: mesh.rootNamespace, diagnostics }),
    diagnostics: diagnostics.list,
    labelsOf: (proxy: Proxy) => (Object.keys(proxy.labels).length > 0 ? proxy.labels : (env.services.labelsAt(proxy.ipAddresses) ?? {})),
    sidecarScope,
  });
  return push;

  /** One scope per Sidecar and namespace, made when a proxy first asks for it; a function of the snapshot alone. */
  function sidecarScope(proxy: Proxy): SidecarScope {
    const object: SidecarObject | undefined = proxy.type === 'router' ? undefined : sidecars.forProxy(proxy, push.labelsOf(proxy));
    const key = `${proxy.configNamespace}\n${object ? `${object.metadata.namespace}/${object.metadata.name}` : ''}`;
    let scope = scopes.get(key);
    if (!scope) scopes.set(key, (scope = buildSidecarScope(push, object, proxy.configNamespace)));
    return scope;
  }
}
