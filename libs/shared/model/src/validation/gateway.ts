import {
  Server_TLSOptions_TLSmode as Mode, type Gateway, type Port, type Server, type Server_TLSOptions,
} from '@quartet/api/istio/networking/v1alpha3/gateway';
import { isHttp, isTls, parseProtocol } from '../protocol.js';
import { dnsLabel, isDnsLabel, port, wildcardDomainOrIp } from './primitives.js';
import type { Fault, Report } from './report.js';
import { protocolName } from './shared.js';

export function validateGateway(report: Report, spec: Gateway): void {
  report.at('servers').require(spec.servers.length > 0, 'a gateway needs at least one server');
  report.each('servers', spec.servers, validateServer);
  const names = new Set<string>();
  report.each('servers', spec.servers, (entry, server) => {
    if (server.port === undefined) return;
    if (names.has(server.port.name)) entry.at('port', 'name').error(`${JSON.stringify(server.port.name)} is the name of another server's port`);
    names.add(server.port.name);
  });
}

function validateServer(report: Report, server: Server): void {
  report.at('hosts').require(server.hosts.length > 0, 'a server needs at least one host');
  report.each('hosts', server.hosts, (entry, name) => entry.fault(serverHost(name)));
  if (server.port === undefined) return report.at('port').error('is required');
  validateServerPort(report.at('port'), server.port);
  if (server.tls !== undefined) validateTlsOptions(report.at('tls'), server.tls);
  validateTlsFitsProtocol(report.at('tls'), server.port.protocol, server.tls);
}

function serverHost(value: string): Fault {
  const slash = value.indexOf('/');
  const name = value.slice(slash + 1);
  if (slash >= 0) {
    const namespace = value.slice(0, slash);
    if (namespace !== '*' && namespace !== '.' && !isDnsLabel(namespace)) return `${JSON.stringify(namespace)} is not a namespace, nor * or .`;
  }
  if (name === '') return 'a host must not be empty';
  if (name !== '*' && !name.includes('.')) return `${JSON.stringify(name)} is a short name; a full one is needed here`;
  return wildcardDomainOrIp(name);
}

function validateServerPort(report: Report, { name, number, protocol }: Port): void {
  report.at('protocol').fault(protocolName(protocol, false));
  if (number > 0) report.at('number').fault(port(number));
  report.at('name').require(name !== '', 'is required');
}

function validateTlsOptions(report: Report, tls: Server_TLSOptions): void {
  const given = { serverCertificate: tls.serverCertificate, privateKey: tls.privateKey, caCertificates: tls.caCertificates };
  if (tls.mode === Mode.ISTIO_MUTUAL) {
    for (const [field, value] of Object.entries(given)) report.at(field).require(value === '', 'mode ISTIO_MUTUAL brings its own certificates');
    return;
  }
  if ((tls.mode !== Mode.SIMPLE && tls.mode !== Mode.MUTUAL) || tls.credentialName !== '') return;
  const mode = tls.mode === Mode.SIMPLE ? 'SIMPLE' : 'MUTUAL';
  report.at('serverCertificate').require(tls.serverCertificate !== '', `mode ${mode} needs a server certificate`);
  report.at('privateKey').require(tls.privateKey !== '', `mode ${mode} needs a private key`);
  if (tls.mode === Mode.MUTUAL) report.at('caCertificates').require(tls.caCertificates !== '', 'mode MUTUAL needs CA certificates');
}

function validateTlsFitsProtocol(report: Report, protocolText: string, tls: Server_TLSOptions | undefined): void {
  const protocol = parseProtocol(protocolText);
  if (isTls(protocol)) return report.require(tls !== undefined, `protocol ${protocol} needs TLS settings`);
  if (tls === undefined) return;
  if (!isHttp(protocol)) return report.error(`protocol ${protocolText} excludes TLS settings`);
  // Only the redirect to HTTPS makes sense on a plain HTTP port.
  const plain = (tls.mode === Mode.PASSTHROUGH || tls.mode === Mode.AUTO_PASSTHROUGH) && tls.serverCertificate + tls.privateKey + tls.caCertificates === '';
  report.require(plain, `protocol ${protocol} excludes TLS settings other than httpsRedirect`);
}

/** The name of a Gateway stands in listener and route names. */
export function gatewayName(name: string): Fault {
  return dnsLabel(name);
}
