export type { ConfigObject, ObjectMeta, Origin } from './config-object.js';
export type { ConfigSnapshot, ConfigSource } from './config-source.js';
export { isHttp, isHttp2, isTcp, isTls, kubernetesProtocol, parseProtocol, type Protocol } from './protocol.js';
export { InvalidNodeError, isIp, isIpv6, parseProxy, type InterceptionMode, type Locality, type Proxy, type ProxyNode, type ProxyType } from './proxy.js';
export {
  Resolution, type IstioEndpoint, type ManagementPort, type Port, type Service, type ServiceAttributes, type ServiceInstance, type ServiceSnapshot,
} from './service.js';
export { childPath, formatProblem, hasErrors, type Problem } from './problem.js';
export { durationFromMs, durationMs, formatDuration, parseDuration } from './duration.js';
export { describeMessage, descriptorRegistry } from './descriptors.js';
export type { Kind, KindName, Parsed } from './kind.js';
export {
  componentConfigKind, istioKinds, kindByCollection, kindByName, kinds, kubernetesKinds, meshConfigKind, parseSpec, rateLimitKind, syntheticServiceEntryKind,
} from './kinds.js';
export { legacyMixerKinds } from './legacy-mixer-kinds.js';
export * as host from './host.js';
export * as labels from './labels.js';
export { defaultMeshConfig, parseMeshConfig, parseMeshNetworks } from './mesh-config.js';
export { parseJwksUri, type JwksUri } from './validation/jwks-uri.js';
export { validateObject } from './validation/validate-object.js';
export { parseManifest, type ManifestOptions, type ParsedManifest } from './manifest.js';
export { isExportedToAll, scopedFqdn, serviceOfHost, splitScopedFqdn } from './scoped-host.js';
