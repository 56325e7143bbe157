import { ApiConfigSource_ApiType, ApiVersion, ConfigSource } from '@quartet/api/envoy/config/core/v3/config_source';

/** Resources that come over the same aggregated stream. */
export const ads = (): ConfigSource => ConfigSource.fromPartial({ ads: {}, resourceApiVersion: ApiVersion.V3 });

/** Static clusters of the bootstrap that generated configuration refers to (written by the agent). */
export const agentClusters = { sds: 'sds-grpc', mixer: 'mixer-agent' } as const;

/** Secrets that the agent serves over its Unix socket. */
export const agentSds = (): ConfigSource =>
  ConfigSource.fromPartial({
    resourceApiVersion: ApiVersion.V3,
    apiConfigSource: {
      apiType: ApiConfigSource_ApiType.GRPC,
      transportApiVersion: ApiVersion.V3,
      grpcServices: [{ envoyGrpc: { clusterName: agentClusters.sds, authority: 'pilot-agent' } }],
      setNodeOnFirstMessageOnly: true,
    },
  });
