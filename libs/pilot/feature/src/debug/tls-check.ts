import { TLSSettings_TLSmode, type DestinationRule, type TrafficPolicy } from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import type { ConfigObject, ObjectMeta, Port, Service } from '@quartet/model';

/** What a port's server side asks of its clients. */
export type ServerMode = 'UNKNOWN' | 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** What the check reads of the compiled indexes, for one proxy. */
export interface TlsCheckInput {
  readonly services: readonly Service[];
  server(service: Service, port: Port): { readonly mode: ServerMode; readonly policy: ObjectMeta | undefined };
  rule(service: Service): ConfigObject<DestinationRule> | undefined;
  readonly autoMtls: boolean;
}

/** A row of `/debug/authenticationz`, with Istio 1.4's keys. */
export interface TlsCheckRow {
  /** Host, or `host|subset`. */
  readonly host: string;
  readonly port: number;
  readonly authentication_policy_name: string;
  readonly destination_rule_name: string;
  readonly server_protocol: ServerMode;
  readonly client_protocol: string;
  readonly TLS_conflict_status: 'OK' | 'AUTO' | 'CONFLICT';
}

/** Whether what a proxy would send fits what the services ask for. Services outside the mesh are left out. */
export function tlsCheck(input: TlsCheckInput): TlsCheckRow[] {
  return input.services.filter(({ meshExternal }) => !meshExternal).flatMap((service) => service.ports.flatMap((port) => checkPort(input, service, port)));
}

function checkPort(input: TlsCheckInput, service: Service, port: Port): TlsCheckRow[] {
  if (port.protocol === 'UDP') return [];
  const { mode, policy } = input.server(service, port);
  const rule = input.rule(service);
  const row = (host: string, client: TLSSettings_TLSmode | undefined): TlsCheckRow => ({
    host, port: port.port,
    authentication_policy_name: objectName(policy), destination_rule_name: objectName(rule?.metadata),
    server_protocol: mode, client_protocol: client === undefined ? '-' : TLSSettings_TLSmode[client],
    TLS_conflict_status: conflict(mode, client, input.autoMtls),
  });
  const whole = clientMode(rule?.spec.trafficPolicy, port);
  const subsets = rule?.spec.subsets ?? [];
  return [row(service.hostname, whole), ...subsets.map(({ name, trafficPolicy }) => row(`${service.hostname}|${name}`, clientMode(trafficPolicy, port) ?? whole))];
}

/** Settings of the port replace those of the destination. */
function clientMode(policy: TrafficPolicy | undefined, port: Port): TLSSettings_TLSmode | undefined {
  const own = policy?.portLevelSettings.find(({ port: selector }) => selector?.number === port.port);
  return (own ?? policy)?.tls?.mode;
}

function conflict(server: ServerMode, client: TLSSettings_TLSmode | undefined, autoMtls: boolean): TlsCheckRow['TLS_conflict_status'] {
  if (client === undefined) return autoMtls ? 'AUTO' : 'OK';
  const { DISABLE, ISTIO_MUTUAL } = TLSSettings_TLSmode;
  const fits = server === 'DISABLE' ? client === DISABLE : server === 'STRICT' ? client === ISTIO_MUTUAL : server === 'PERMISSIVE' && (client === ISTIO_MUTUAL || client === DISABLE);
  return fits ? 'OK' : 'CONFLICT';
}

function objectName(metadata: ObjectMeta | undefined): string {
  return metadata ? `${metadata.namespace}/${metadata.name}` : '-';
}
