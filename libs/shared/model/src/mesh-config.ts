import { AuthenticationPolicy } from '@quartet/api/istio/mesh/v1alpha1/proxy';
import { MeshConfig, MeshConfig_OutboundTrafficPolicy_Mode } from '@quartet/api/istio/mesh/v1alpha1/config';
import { MeshNetworks } from '@quartet/api/istio/mesh/v1alpha1/network';
import { describeMessage } from './descriptors.js';
import type { Parsed } from './kind.js';
import { ParseContext } from './parse/context.js';
import { parseMessage } from './parse/message.js';

const seconds = (value: number) => ({ seconds: value, nanos: 0 });

/** Source: pkg/config/mesh DefaultProxyConfig. */
const proxyDefaults = {
  configPath: '/etc/istio/proxy', binaryPath: '/usr/local/bin/envoy', serviceCluster: 'istio-proxy',
  drainDuration: seconds(45), parentShutdownDuration: seconds(60), discoveryAddress: 'istio-pilot:15010', connectTimeout: seconds(1),
  proxyAdminPort: 15_000, controlPlaneAuthPolicy: AuthenticationPolicy.NONE, statNameLength: 189, concurrency: 0,
};

/** Source: pkg/config/mesh DefaultMeshConfig. */
const meshDefaults = {
  disablePolicyChecks: true, rootNamespace: 'istio-system', proxyListenPort: 15_001, connectTimeout: seconds(1),
  ingressService: 'istio-ingressgateway', enableTracing: true, accessLogFile: '/dev/stdout',
  defaultServiceExportTo: ['*'], defaultVirtualServiceExportTo: ['*'], defaultDestinationRuleExportTo: ['*'],
  outboundTrafficPolicy: { mode: MeshConfig_OutboundTrafficPolicy_Mode.ALLOW_ANY },
  dnsRefreshRate: seconds(5), protocolDetectionTimeout: { seconds: 0, nanos: 100_000_000 }, enableAutoMtls: false,
};

export function defaultMeshConfig(): MeshConfig {
  return MeshConfig.fromPartial({ ...meshDefaults, defaultConfig: proxyDefaults });
}

/**
 * The JSON of a mesh file over the defaults, field by field; in `defaultConfig` too. Unknown fields are warnings:
 * Helm writes some.
 */
export function parseMeshConfig(json: unknown): Parsed<MeshConfig> {
  const context = new ParseContext('warning');
  const given = (parseMessage(describeMessage('istio.mesh.v1alpha1.MeshConfig'), json ?? {}, '', context) ?? {}) as Partial<MeshConfig>;
  const spec = MeshConfig.fromPartial({ ...meshDefaults, ...given, defaultConfig: { ...proxyDefaults, ...given.defaultConfig } });
  return { spec, problems: context.problems };
}

/** The JSON of the mesh networks file: `{networks: {name: {...}}}`. */
export function parseMeshNetworks(json: unknown): Parsed<MeshNetworks> {
  const context = new ParseContext('warning');
  const given = parseMessage(describeMessage('istio.mesh.v1alpha1.MeshNetworks'), json ?? {}, '', context) ?? {};
  return { spec: MeshNetworks.fromPartial(given), problems: context.problems };
}
