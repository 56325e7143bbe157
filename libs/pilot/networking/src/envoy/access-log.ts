import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { AccessLog } from '@quartet/api/envoy/config/accesslog/v3/accesslog';
import { ApiVersion } from '@quartet/api/envoy/config/core/v3/config_source';
import { SubstitutionFormatString } from '@quartet/api/envoy/config/core/v3/substitution_format_string';
import { FileAccessLog } from '@quartet/api/envoy/extensions/access_loggers/file/v3/file';
import { CommonGrpcAccessLogConfig, HttpGrpcAccessLogConfig, TcpGrpcAccessLogConfig } from '@quartet/api/envoy/extensions/access_loggers/grpc/v3/als';
import type { MetadataKind } from '@quartet/api/envoy/type/metadata/v3/metadata';
import { CustomTag } from '@quartet/api/envoy/type/tracing/v3/custom_tag';
import { MeshConfig_AccessLogEncoding, type MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { durationFromMs } from '@quartet/model';
import { defaultJsonFormat, defaultTextFormat } from './access-log-format.js';
import { packAny } from './any.js';
import { agentService, CHECK_TAG, MIXER_METADATA } from './mixer.js';

/** The mesh's access log file; none if the mesh names none. */
export function fileAccessLogs(mesh: MeshConfig): AccessLog[] {
  if (mesh.accessLogFile === '') return [];
  const config = FileAccessLog.fromPartial({ path: mesh.accessLogFile, logFormat: logFormat(mesh) });
  return [AccessLog.fromPartial({ name: 'envoy.access_loggers.file', typedConfig: packAny('envoy.extensions.access_loggers.file.v3.FileAccessLog', FileAccessLog, config) })];
}

function logFormat(mesh: MeshConfig): SubstitutionFormatString {
  if (mesh.accessLogEncoding === MeshConfig_AccessLogEncoding.JSON) return SubstitutionFormatString.fromPartial({ jsonFormat: jsonFormat(mesh.accessLogFormat) });
  return SubstitutionFormatString.fromPartial({ textFormatSource: { inlineString: mesh.accessLogFormat || defaultTextFormat } });
}

/** A format that is no map of strings falls back to the default, as in 1.4. */
function jsonFormat(text: string): Record<string, string> {
  if (text === '') return { ...defaultJsonFormat };
  try {
    const parsed: unknown = JSON.parse(text);
    const valid = typeof parsed === 'object' && parsed !== null && Object.values(parsed).every((value) => typeof value === 'string');
    return valid ? (parsed as Record<string, string>) : { ...defaultJsonFormat };
  } catch {
    return { ...defaultJsonFormat };
  }
}

const listenerTags = [
  'context.reporter.kind', 'context.reporter.uid', 'context.proxy_version', 'source.uid', 'source.namespace',
  'destination.uid', 'destination.namespace', 'destination.ip', 'destination.port', 'destination.mesh.id', CHECK_TAG,
] as const;
const routeTags = ['destination.service.host', 'destination.service.name', 'destination.service.namespace', 'destination.service.uid'] as const;

/** Field numbers of what the codecs in use do not know yet: CommonGrpcAccessLogConfig.custom_tags, CustomTag.{tag, value}. */
const CUSTOM_TAGS = 8;
const TAG = 1;
const TAG_VALUE = 6;

/**
 * The agent's log service. One and the same for all listeners of a proxy, so that Envoy opens one stream a worker; listeners
 * and routes are told apart by tags taken from their metadata.
 */
function agentLog(): Uint8Array {
  const common = CommonGrpcAccessLogConfig.fromPartial({
    logName: 'mixer', grpcService: agentService(), transportApiVersion: ApiVersion.V3, bufferFlushInterval: durationFromMs(250), bufferSizeBytes: 65536,
  });
  const writer = new BinaryWriter();
  writer.raw(CommonGrpcAccessLogConfig.encode(common).finish());
  const add = (tag: Uint8Array) => writer.uint32((CUSTOM_TAGS << 3) | 2).bytes(tag);
  for (const key of listenerTags) {
    add(new BinaryWriter().uint32((TAG << 3) | 2).string(key).uint32((TAG_VALUE << 3) | 2).string(`%METADATA(LISTENER:${MIXER_METADATA}:${key})%`).finish());
  }
  for (const key of routeTags) add(metadataTag({ tag: key, kind: { route: {} }, path: [MIXER_METADATA, key] }));
  // After the listener's: a later tag of one name wins, but only where the chosen endpoint has a uid.
  add(metadataTag({ tag: 'destination.uid', kind: { host: {} }, path: ['istio', 'uid'] }));
  return writer.finish();
}

function metadataTag(source: { tag: string; kind: MetadataKind; path: readonly [string, string] }): Uint8Array {
  const [key, name] = source.path;
  return CustomTag.encode(CustomTag.fromPartial({ tag: source.tag, metadata: { kind: source.kind, metadataKey: { key, path: [{ key: name }] } } })).finish();
}

const requestHeaders = [
  ':method', 'user-agent', 'referer', 'content-type', 'x-request-id', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags',
  'x-forwarded-for', 'x-api-key', 'x-client-trace-id',
];
const grpcStatus = ['grpc-status', 'grpc-message'];

const agentLogBytes = agentLog();
const httpLog = withCommon(HttpGrpcAccessLogConfig.encode(HttpGrpcAccessLogConfig.fromPartial({
  additionalRequestHeadersToLog: requestHeaders, additionalResponseHeadersToLog: ['content-type', ...grpcStatus], additionalResponseTrailersToLog: grpcStatus,
})).finish());
const tcpLog = withCommon(TcpGrpcAccessLogConfig.encode(TcpGrpcAccessLogConfig.fromPartial({})).finish());

/** common_config is field 1 of both logger messages. */
function withCommon(rest: Uint8Array): Buffer {
  return Buffer.from(new BinaryWriter().uint32((1 << 3) | 2).bytes(agentLogBytes).raw(rest).finish());
}

const grpcLogger = (kind: 'http' | 'tcp', value: Buffer): AccessLog => {
  const message = kind === 'http' ? 'HttpGrpcAccessLogConfig' : 'TcpGrpcAccessLogConfig';
  return AccessLog.fromPartial({
    name: `envoy.access_loggers.${kind}_grpc`,
    typedConfig: { typeUrl: `type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.${message}`, value },
  });
};

/** Reports to Mixer, by way of the agent. */
export const mixerHttpLog = (): AccessLog => grpcLogger('http', httpLog);
export const mixerTcpLog = (): AccessLog => grpcLogger('tcp', tcpLog);

/** enable_envoy_access_log_service: the operator's own log service. */
export function envoyAccessLogService(mesh: MeshConfig): AccessLog[] {
  if (!mesh.enableEnvoyAccessLogService) return [];
  const headers = ['x-envoy-peer-metadata', 'x-envoy-peer-metadata-id'];
  const config = HttpGrpcAccessLogConfig.fromPartial({
    commonConfig: { logName: 'http_envoy_accesslog', grpcService: { envoyGrpc: { clusterName: 'envoy_accesslog_service' } }, transportApiVersion: ApiVersion.V3 },
    additionalRequestHeadersToLog: headers, additionalResponseHeadersToLog: headers,
  });
  return [AccessLog.fromPartial({ name: 'envoy.access_loggers.http_grpc', typedConfig: packAny('envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig', HttpGrpcAccessLogConfig, config) })];
}
