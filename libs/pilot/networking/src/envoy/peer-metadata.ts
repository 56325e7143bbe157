import { HeaderValueOption_HeaderAppendAction as AppendAction, type HeaderValueOption } from '@quartet/api/envoy/config/core/v3/base';
import {
  Config_KeyValuePair, Config_Rule, Config_ValueEncode, Config_ValueType,
} from '@quartet/api/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata';
import { Value } from '@quartet/api/google/protobuf/struct';
import type { DestinationServiceView } from '../view/route-view.js';
import type { TelemetryView, WorkloadView } from '../view/telemetry-view.js';

/** Namespace of dynamic metadata: `downstream` and `upstream` say who the two sides are. */
export const PEER_METADATA = 'istio.peer';
/** Istio's name for it; the value is ours: base64 of a google.protobuf.Value with the fields of the sender's workload. */
const PEER_HEADER = 'x-envoy-peer-metadata';

/** Names in peers' headers and in endpoint metadata. */
export const workloadFields: Readonly<Record<keyof WorkloadView, string>> = {
  workload: 'workload', namespace: 'workload_namespace', app: 'app', version: 'version',
  canonicalService: 'canonical_service', canonicalRevision: 'canonical_revision', cluster: 'cluster',
};

export function workloadStruct(workload: WorkloadView): Record<string, string> {
  const fields = Object.entries(workloadFields).map(([field, name]): [string, string] => [name, workload[field as keyof WorkloadView]]);
  return Object.fromEntries(fields.filter(([, value]) => value !== ''));
}

function peerHeader(telemetry: TelemetryView): HeaderValueOption {
  const value = Buffer.from(Value.encode(Value.wrap(workloadStruct(telemetry.workload))).finish()).toString('base64');
  return { header: { key: PEER_HEADER, value, rawValue: Buffer.alloc(0) }, appendAction: AppendAction.OVERWRITE_IF_EXISTS_OR_ADD, keepEmptyValue: false };
}

/** Who calls, for the next proxy. What leaves the mesh does not carry it. */
export function peerRequestHeaders(telemetry: TelemetryView | undefined, service: DestinationServiceView | undefined): HeaderValueOption[] {
  return telemetry?.reporter === 'source' && service?.inMesh === true ? [peerHeader(telemetry)] : [];
}

/** Who answers, for the proxy of the caller. */
export function peerResponseHeaders(telemetry: TelemetryView | undefined): HeaderValueOption[] {
  return telemetry?.reporter === 'destination' ? [peerHeader(telemetry)] : [];
}

function rule(key: 'downstream' | 'upstream'): Config_Rule {
  const present = { metadataNamespace: PEER_METADATA, key, type: Config_ValueType.PROTOBUF_VALUE, encode: Config_ValueEncode.BASE64 };
  return Config_Rule.fromPartial({ header: PEER_HEADER, onHeaderPresent: Config_KeyValuePair.fromPartial(present), remove: true });
}

/**
 * Takes the peer's header out before anything else sees it: an inbound listener that of requests, the others that of
 * responses. What an application or, at a gateway, the outside put there is no one's word: routes overwrite it.
 */
export function peerRules(telemetry: TelemetryView | undefined): { requestRules: Config_Rule[]; responseRules: Config_Rule[] } {
  if (!telemetry) return { requestRules: [], responseRules: [] };
  return telemetry.reporter === 'destination' ? { requestRules: [rule('downstream')], responseRules: [] } : { requestRules: [], responseRules: [rule('upstream')] };
}
