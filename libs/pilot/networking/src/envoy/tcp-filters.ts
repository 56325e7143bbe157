import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Filter } from '@quartet/api/envoy/config/listener/v3/listener_components';
import { MongoProxy } from '@quartet/api/envoy/extensions/filters/network/mongo_proxy/v3/mongo_proxy';
import { RedisProxy } from '@quartet/api/envoy/extensions/filters/network/redis_proxy/v3/redis_proxy';
import { SniCluster } from '@quartet/api/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster';
import { TcpProxy } from '@quartet/api/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import type { Any } from '@quartet/api/google/protobuf/any';
import { UInt32Value } from '@quartet/api/google/protobuf/wrappers';
import { durationFromMs } from '@quartet/model';
import type { TcpHandlerView } from '../view/listener-view.js';
import { fileAccessLogs, mixerTcpLog } from './access-log.js';
import { packAny } from './any.js';
import type { ListenerSettings } from './http-connection-manager.js';
import { tcpCheckFilter } from './mixer.js';
import { networkRbacFilter } from './rbac.js';
import { tcpStatsLogs } from './stats-log.js';

/** Protocol filters, access control, Mixer, and the terminal proxy, which must be last. */
export function tcpFilters(view: TcpHandlerView, settings: ListenerSettings): Filter[] {
  const [first] = view.destinations;
  if (view.protocolFilter === 'redis' && first) return [redisProxy(view.statPrefix, first.cluster)];
  return [
    ...(view.sniCluster ? [{ name: 'envoy.filters.network.sni_cluster', typedConfig: packAny('envoy.extensions.filters.network.sni_cluster.v3.SniCluster', SniCluster, {}) }] : []),
    ...(view.protocolFilter === 'mongo' ? [mongoProxy(view.statPrefix)] : []),
    ...(view.protocolFilter === 'mysql' ? [mysqlProxy(view.statPrefix)] : []),
    ...(view.rbac ? [networkRbacFilter(view.rbac)] : []),
    ...(view.mixer?.check ? [tcpCheckFilter(view.mixer)] : []),
    tcpProxy(view, settings),
  ];
}

function tcpProxy(view: TcpHandlerView, { mesh, mutualTls = false }: ListenerSettings): Filter {
  const [first] = view.destinations;
  const target = view.destinations.length === 1 && first ? { cluster: first.cluster } : { weightedClusters: { clusters: view.destinations.map(({ cluster, weight }) => ({ name: cluster, weight })) } };
  const reports = view.mixer?.report === true;
  const config = TcpProxy.fromPartial({
    statPrefix: view.statPrefix, ...target,
    idleTimeout: view.idleTimeoutMs === undefined ? undefined : durationFromMs(view.idleTimeoutMs),
    accessLog: [...(view.accessLog ? fileAccessLogs(mesh) : []), ...(reports ? [mixerTcpLog()] : []), ...(view.telemetry ? tcpStatsLogs(view.telemetry, mutualTls) : [])],
    accessLogOptions: reports ? { accessLogFlushInterval: durationFromMs(10_000), flushAccessLogOnConnected: true } : view.telemetry ? { flushAccessLogOnConnected: true } : undefined,
  });
  const typedConfig = packAny('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', TcpProxy, config);
  return { name: 'envoy.filters.network.tcp_proxy', typedConfig: view.telemetry && mutualTls ? afterHandshake(typedConfig) : typedConfig };
}

/** Fields of TcpProxy that the codecs in use do not know yet; the second is what may wait for the connection. */
const UPSTREAM_CONNECT_MODE = 21;
const ON_DOWNSTREAM_TLS_HANDSHAKE = 2;
const MAX_EARLY_DATA_BYTES = 22;
const earlyData = UInt32Value.encode({ value: 65_536 }).finish();

/** Connects upstream when the client has shown its certificate, so that the log of the opened connection can name it. */
function afterHandshake({ typeUrl, value }: Any): Any {
  const writer = new BinaryWriter().raw(value).uint32(UPSTREAM_CONNECT_MODE << 3).int32(ON_DOWNSTREAM_TLS_HANDSHAKE);
  return { typeUrl, value: Buffer.from(writer.uint32((MAX_EARLY_DATA_BYTES << 3) | 2).bytes(earlyData).finish()) };
}

function mongoProxy(statPrefix: string): Filter {
  return { name: 'envoy.filters.network.mongo_proxy', typedConfig: packAny('envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy', MongoProxy, MongoProxy.fromPartial({ statPrefix })) };
}

/** Only contrib builds of Envoy have it; the message is { stat_prefix 1 }. */
function mysqlProxy(statPrefix: string): Filter {
  const value = Buffer.concat([Buffer.from([0x0a, Buffer.byteLength(statPrefix)]), Buffer.from(statPrefix)]);
  return { name: 'envoy.filters.network.mysql_proxy', typedConfig: { typeUrl: 'type.googleapis.com/envoy.extensions.filters.network.mysql_proxy.v3.MySQLProxy', value } };
}

function redisProxy(statPrefix: string, cluster: string): Filter {
  const config = RedisProxy.fromPartial({
    statPrefix, latencyInMicros: true, settings: { opTimeout: durationFromMs(5000) }, prefixRoutes: { catchAllRoute: { cluster } },
  });
  return { name: 'envoy.filters.network.redis_proxy', typedConfig: packAny('envoy.extensions.filters.network.redis_proxy.v3.RedisProxy', RedisProxy, config) };
}
