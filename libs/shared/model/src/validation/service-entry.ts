import {
  ServiceEntry_Resolution as Resolution, type ServiceEntry, type ServiceEntry_Endpoint,
} from '@quartet/api/istio/networking/v1alpha3/service_entry';
import { isHttp, isTls, parseProtocol } from '../protocol.js';
import { validateLabels } from './label-map.js';
import { dnsLabel, fqdn, fqdnOrIp, ipv4Address, ipv4Subnet, port, unixPath, wildcardDomain } from './primitives.js';
import type { Report } from './report.js';
import { protocolName, validateExportTo } from './shared.js';

export function validateServiceEntry(report: Report, spec: ServiceEntry): void {
  report.at('hosts').require(spec.hosts.length > 0, 'at least one host is required');
  report.each('hosts', spec.hosts, (entry, name) => entry.fault(name === '*' ? 'the wildcard host * is not a service' : wildcardDomain(name)));
  report.each('addresses', spec.addresses, (entry, address) => {
    const unfit = address.includes('/') && spec.resolution !== Resolution.NONE && spec.resolution !== Resolution.STATIC;
    entry.fault(ipv4Subnet(address) ?? (unfit ? 'a CIDR block needs resolution NONE or STATIC' : undefined));
  });
  validatePorts(report, spec);
  validateEndpoints(report, spec);
  validateSharedPorts(report, spec);
  validateExportTo(report, spec.exportTo);
}

function validatePorts(report: Report, { ports }: ServiceEntry): void {
  const names = new Set<string>();
  const numbers = new Set<number>();
  report.each('ports', ports, (entry, item) => {
    entry.at('name').fault(names.has(item.name) ? `${JSON.stringify(item.name)} is the name of another port` : dnsLabel(item.name));
    entry.at('number').fault(numbers.has(item.number) ? `${item.number} is the number of another port` : port(item.number));
    entry.at('protocol').fault(protocolName(item.protocol, true));
    names.add(item.name);
    numbers.add(item.number);
  });
}

function validateEndpoints(report: Report, spec: ServiceEntry): void {
  const at = report.at('endpoints');
  switch (spec.resolution) {
    case Resolution.NONE:
      return at.require(spec.endpoints.length === 0, 'resolution NONE excludes endpoints');
    case Resolution.STATIC:
      at.require(spec.endpoints.length > 0, 'resolution STATIC needs endpoints');
      return report.each<ServiceEntry_Endpoint>('endpoints', spec.endpoints, (entry, endpoint) => validateStaticEndpoint(entry, endpoint, spec));
    case Resolution.DNS:
      if (spec.endpoints.length === 0) return report.each('hosts', spec.hosts, (entry, name) => entry.fault(wildcardIsNotResolvable(name)));
      return report.each<ServiceEntry_Endpoint>('endpoints', spec.endpoints, (entry, endpoint) => {
        entry.at('address').fault(fqdnOrIp(endpoint.address));
        validateEndpointPorts(entry, endpoint, spec);
        entry.entries('ports', endpoint.ports, (value, number, name) => value.fault(dnsLabel(name) ?? port(number)));
        validateLabels(entry, 'labels', endpoint.labels);
      });
    default:
      return report.at('resolution').error(`${spec.resolution as number} is no resolution`);
  }
}

function wildcardIsNotResolvable(name: string): string | undefined {
  return fqdn(name) === undefined ? undefined : `${JSON.stringify(name)} cannot be resolved by DNS: name its endpoints`;
}

function validateStaticEndpoint(report: Report, endpoint: ServiceEntry_Endpoint, spec: ServiceEntry): void {
  if (endpoint.address.startsWith('unix://')) {
    report.at('address').fault(unixPath(endpoint.address.slice('unix://'.length)));
    report.at('ports').require(Object.keys(endpoint.ports).length === 0, 'a Unix socket has no ports');
    report.at('address').require(spec.ports.length === 1, 'a Unix socket serves exactly one service port');
  } else {
    report.at('address').fault(ipv4Address(endpoint.address));
    validateEndpointPorts(report, endpoint, spec);
  }
  validateLabels(report, 'labels', endpoint.labels);
}

function validateEndpointPorts(report: Report, endpoint: ServiceEntry_Endpoint, spec: ServiceEntry): void {
  report.entries('ports', endpoint.ports, (entry, _, name) => entry.require(spec.ports.some((item) => item.name === name), `the service has no port ${JSON.stringify(name)}`));
}

/** Several hosts behind one address can be told apart only by HTTP host or SNI. */
function validateSharedPorts(report: Report, spec: ServiceEntry): void {
  if (spec.resolution === Resolution.NONE || spec.hosts.length <= 1) return;
  report.each('ports', spec.ports, (entry, item) => {
    const protocol = parseProtocol(item.protocol);
    entry.at('protocol').require(isHttp(protocol) || isTls(protocol), 'several hosts need a protocol that tells them apart: HTTP, HTTP2, GRPC, HTTPS or TLS');
  });
}
