import { ApiVersion } from '@quartet/api/envoy/config/core/v3/config_source';
import { HeaderValueOption_HeaderAppendAction as AppendAction, Metadata, type HeaderValueOption } from '@quartet/api/envoy/config/core/v3/base';
import { GrpcService } from '@quartet/api/envoy/config/core/v3/grpc_service';
import { CheckSettings, ExtAuthz, ExtAuthzPerRoute } from '@quartet/api/envoy/extensions/filters/http/ext_authz/v3/ext_authz';
import { Config, Config_ValueType } from '@quartet/api/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata';
import type { HttpFilter } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { ExtAuthz as NetworkExtAuthz } from '@quartet/api/envoy/extensions/filters/network/ext_authz/v3/ext_authz';
import type { Filter } from '@quartet/api/envoy/config/listener/v3/listener_components';
import { StatusCode } from '@quartet/api/envoy/type/v3/http_status';
import type { Any } from '@quartet/api/google/protobuf/any';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { durationFromMs } from '@quartet/model';
import { destinationAttributes } from '../view/mixer.js';
import type { FailPolicyView, MixerHttpView, MixerTcpView } from '../view/mixer-view.js';
import type { DestinationServiceView } from '../view/route-view.js';
import type { TelemetryView } from '../view/telemetry-view.js';
import { packAny } from './any.js';
import { agentClusters } from './config-source.js';
import { encodeAttributes } from './mixer-attributes.js';
import { peerRules } from './peer-metadata.js';

export const EXT_AUTHZ = 'envoy.filters.http.ext_authz';
/** Namespace of listener, route and dynamic metadata that the agent reads attributes from. */
export const MIXER_METADATA = 'istio.mixer';
/** Tag of the access log: `true` where the listener's connections or requests are checked. The agent holds back the report of an opened connection until its check passed. */
export const CHECK_TAG = 'mixer.check';
const ATTRIBUTES_HEADER = 'x-istio-attributes';
/** What one call of Mixer may take. */
const CALL_MS = 5000;

export function agentService(timeoutMs?: number, headers: readonly (readonly [string, string])[] = []): GrpcService {
  return GrpcService.fromPartial({
    envoyGrpc: { clusterName: agentClusters.mixer, authority: 'pilot-agent' },
    timeout: timeoutMs === undefined ? undefined : durationFromMs(timeoutMs),
    initialMetadata: headers.map(([key, value]) => ({ key, value })),
  });
}

/** Above what the agent may need: every call, every wait between them, and a margin. */
const checkTimeout = ({ maxRetry, maxRetryWaitMs }: FailPolicyView): number => (CALL_MS + maxRetryWaitMs) * (maxRetry + 1) + 1000;

/**
 * Takes what an earlier proxy forwarded out of the request, where the agent finds it in checks and in the log, and what
 * peers say of themselves where metrics find it.
 */
export function forwardedAttributesFilter(telemetry: TelemetryView | undefined): HttpFilter {
  const peer = peerRules(telemetry);
  const config = Config.fromPartial({
    requestRules: [{ header: ATTRIBUTES_HEADER, onHeaderPresent: { metadataNamespace: MIXER_METADATA, key: 'forwarded', type: Config_ValueType.STRING }, remove: true }, ...peer.requestRules],
    responseRules: peer.responseRules,
  });
  const name = 'envoy.filters.http.header_to_metadata';
  return httpFilter(name, packAny('envoy.extensions.filters.http.header_to_metadata.v3.Config', Config, config));
}

export function httpFilter(name: string, typedConfig: Any): HttpFilter {
  return { name, typedConfig, isOptional: false, disabled: false };
}

export function checkFilter(mixer: MixerHttpView): HttpFilter {
  const config = ExtAuthz.fromPartial({
    grpcService: agentService(checkTimeout(mixer.failPolicy)),
    transportApiVersion: ApiVersion.V3,
    failureModeAllow: mixer.failPolicy.policy === 'FAIL_OPEN',
    statusOnError: { code: StatusCode.ServiceUnavailable },
    metadataContextNamespaces: [MIXER_METADATA, 'envoy.filters.http.jwt_authn', 'envoy.filters.http.rbac'],
    includeTlsSession: true,
  });
  return httpFilter(EXT_AUTHZ, packAny('envoy.extensions.filters.http.ext_authz.v3.ExtAuthz', ExtAuthz, config));
}

function perRoute(contextExtensions: Readonly<Record<string, string>>): Record<string, Any> {
  const settings: CheckSettings = CheckSettings.fromPartial({ contextExtensions: { ...contextExtensions } });
  return { [EXT_AUTHZ]: packAny('envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute', ExtAuthzPerRoute, ExtAuthzPerRoute.fromPartial({ checkSettings: settings })) };
}

/** Level of the virtual host: the listener's static attributes and how to fail. */
export function virtualHostContext(mixer: MixerHttpView | undefined): Record<string, Any> {
  if (!mixer?.check) return {};
  const { policy, maxRetry, baseRetryWaitMs, maxRetryWaitMs } = mixer.failPolicy;
  return perRoute({
    ...mixer.attributes,
    'mixer.network_fail_policy': policy, 'mixer.max_retry': String(maxRetry),
    'mixer.base_retry_wait_ms': String(baseRetryWaitMs), 'mixer.max_retry_wait_ms': String(maxRetryWaitMs),
    ...(mixer.ignoreForwarded ? { 'mixer.ignore_forwarded_attributes': 'true' } : {}),
  });
}

/** Level of a route or weighted cluster: the destination, and the quotas that apply to it. */
export function destinationContext(mixer: MixerHttpView | undefined, service: DestinationServiceView | undefined, quotaSpecs: readonly Uint8Array[]): Record<string, Any> {
  if (!mixer?.check) return {};
  const context = { ...(service ? destinationAttributes(service) : {}), ...(quotaSpecs.length > 0 ? { 'mixer.quota_spec': delimited(quotaSpecs) } : {}) };
  return Object.keys(context).length > 0 ? perRoute(context) : {};
}

/** Base64 of messages, each after its length as a varint. */
function delimited(messages: readonly Uint8Array[]): string {
  const writer = new BinaryWriter();
  for (const message of messages) writer.bytes(message);
  return Buffer.from(writer.finish()).toString('base64');
}

/** Replaces whatever the client sent under that name. */
export function forwardHeaders(mixer: MixerHttpView | undefined, service: DestinationServiceView | undefined): HeaderValueOption[] {
  if (!mixer || Object.keys(mixer.forward).length === 0) return [];
  const value = encodeAttributes({ ...mixer.forward, ...(service ? destinationAttributes(service) : {}) });
  return [{ header: { key: ATTRIBUTES_HEADER, value, rawValue: Buffer.alloc(0) }, appendAction: AppendAction.OVERWRITE_IF_EXISTS_OR_ADD, keepEmptyValue: false }];
}

/** Attributes of a listener or route for the access log. */
export function attributeMetadata(attributes: Readonly<Record<string, string>>): Metadata['filterMetadata'] {
  return Object.keys(attributes).length === 0 ? {} : { [MIXER_METADATA]: { ...attributes } };
}

export function tcpCheckFilter(mixer: MixerTcpView): Filter {
  const headers: [string, string][] = [
    ['x-mixer-attributes', encodeAttributes(mixer.attributes)], ['x-mixer-fail-policy', mixer.failPolicy.policy], ['x-mixer-connection-id', '%STREAM_ID%'],
  ];
  const config = NetworkExtAuthz.fromPartial({
    statPrefix: 'mixer', grpcService: agentService(checkTimeout(mixer.failPolicy), headers), transportApiVersion: ApiVersion.V3,
    failureModeAllow: mixer.failPolicy.policy === 'FAIL_OPEN', includeTlsSession: true,
  });
  return { name: 'envoy.filters.network.ext_authz', typedConfig: packAny('envoy.extensions.filters.network.ext_authz.v3.ExtAuthz', NetworkExtAuthz, config) };
}
