import { Bootstrap } from '@quartet/api/envoy/config/bootstrap/v3/bootstrap';
import { Cluster, Cluster_DiscoveryType } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { ConfigSource } from '@quartet/api/envoy/config/core/v3/config_source';
import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { FilterChain } from '@quartet/api/envoy/config/listener/v3/listener_components';
import { HttpConnectionManager } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { CommonTlsContext, DownstreamTlsContext, UpstreamTlsContext } from '@quartet/api/envoy/extensions/transport_sockets/tls/v3/tls';
import type { Any } from '@quartet/api/google/protobuf/any';
import { ensureBinary } from '@quartet/binaries';
import type { CompiledProxy } from '@quartet/pilot-networking';
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, vi } from 'vitest';

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** Changes the message within; an Any of another type stays as it is, with fields that the codecs do not know. */
function within<T>(any: Any | undefined, codec: Codec<T>, change: (message: T) => T): Any | undefined {
  return any && { ...any, value: Buffer.from(codec.encode(change(codec.decode(any.value))).finish()) };
}

/** What Pilot compiled for a proxy as a bootstrap without a control plane: routes and endpoints inline, secrets from files. */
export function staticBootstrap(compiled: CompiledProxy, options: { admin: string; secrets: string }): Bootstrap {
  const fromFile = (name: string) => ConfigSource.fromPartial({ pathConfigSource: { path: `${options.secrets}${name}.json` } });
  const secret = <T extends { name: string }>(config: T): T => ({ ...config, sdsConfig: fromFile(config.name) });
  const common = (context: CommonTlsContext | undefined): CommonTlsContext | undefined => context && CommonTlsContext.fromPartial({
    ...context, tlsCertificateSdsSecretConfigs: context.tlsCertificateSdsSecretConfigs.map(secret),
    combinedValidationContext: context.combinedValidationContext && { ...context.combinedValidationContext, validationContextSdsSecretConfig: secret(context.combinedValidationContext.validationContextSdsSecretConfig!) },
  });
  const tls = (context: { commonTlsContext?: CommonTlsContext | undefined }) => ({ ...context, commonTlsContext: common(context.commonTlsContext) });
  const inlineRoutes = (manager: HttpConnectionManager): HttpConnectionManager =>
    manager.rds ? { ...manager, rds: undefined, routeConfig: compiled.routes.find(({ name }) => name === manager.rds?.routeConfigName) } : manager;

  const chain = (one: FilterChain): FilterChain => ({
    ...one,
    transportSocket: one.transportSocket && { ...one.transportSocket, typedConfig: within(one.transportSocket.typedConfig, DownstreamTlsContext, (context) => DownstreamTlsContext.fromPartial(tls(context))) },
    filters: one.filters.map((filter) => (filter.typedConfig?.typeUrl.endsWith('.HttpConnectionManager') ? { ...filter, typedConfig: within(filter.typedConfig, HttpConnectionManager, inlineRoutes) } : filter)),
  });
  const listener = (one: Listener): Listener => ({ ...one, filterChains: one.filterChains.map(chain), defaultFilterChain: one.defaultFilterChain && chain(one.defaultFilterChain) });
  const cluster = (one: Cluster): Cluster => ({
    ...one,
    transportSocket: one.transportSocket && { ...one.transportSocket, typedConfig: within(one.transportSocket.typedConfig, UpstreamTlsContext, (context) => UpstreamTlsContext.fromPartial(tls(context))) },
    ...(one.edsClusterConfig && { type: Cluster_DiscoveryType.STATIC, edsClusterConfig: undefined, loadAssignment: compiled.endpoints.find(({ clusterName }) => clusterName === one.name) }),
  });
  return Bootstrap.fromPartial({
    node: { id: 'static', cluster: 'static' },
    admin: { address: { socketAddress: { address: options.admin, portValue: 15000 } } },
    staticResources: { listeners: compiled.listeners.map(listener), clusters: compiled.clusters.map(cluster) },
  });
}

/** @param file path that ends in `.pb` */
export async function startEnvoy(file: string, bootstrap: Bootstrap): Promise<ChildProcess> {
  writeFileSync(file, Bootstrap.encode(bootstrap).finish());
  return spawn(await ensureBinary('envoy'), ['-c', file, '--concurrency', '1', '--use-dynamic-base-id', '-l', 'error'], { stdio: 'inherit' });
}

export async function ready(admin: string): Promise<void> {
  await vi.waitFor(async () => expect((await fetch(`http://${admin}:15000/ready`)).status).toBe(200), { timeout: 20_000, interval: 50 });
}
