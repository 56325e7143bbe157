import type {
  HTTPRoute, RouteDestination, TCPRoute, TLSRoute, VirtualService,
} from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import * as host from '../host.js';
import { validateDestination, validateWeights } from './destination.js';
import { validateHttpRoute } from './http-route.js';
import { validateLabels } from './label-map.js';
import { ipv4Subnet, percent, port, wildcardDomainOrIp } from './primitives.js';
import type { Report } from './report.js';
import { validateExportTo, validateGatewayNames, validateNoOverlap } from './shared.js';

export function validateVirtualService(report: Report, spec: VirtualService): void {
  const forMesh = spec.gateways.length === 0 || spec.gateways.includes('mesh');
  validateGatewayNames(report, spec.gateways);
  validateHosts(report, spec.hosts, forMesh);
  if (spec.http.length + spec.tcp.length + spec.tls.length === 0) report.error('at least one of http, tcp and tls is required');
  report.each<HTTPRoute>('http', spec.http, validateHttpRoute);
  report.each<TLSRoute>('tls', spec.tls, (entry, route) => validateTlsRoute(entry, route, spec.hosts));
  report.each<TCPRoute>('tcp', spec.tcp, validateTcpRoute);
  validateExportTo(report, spec.exportTo);
}

function validateHosts(report: Report, hosts: readonly string[], forMesh: boolean): void {
  report.at('hosts').require(hosts.length > 0, 'at least one host is required');
  let valid = true;
  report.each('hosts', hosts, (entry, name) => {
    const fault = wildcardDomainOrIp(name) ?? (name === '*' && forMesh ? 'the wildcard host * is not allowed for virtual services of the mesh' : undefined);
    valid &&= fault === undefined;
    entry.fault(fault);
  });
  if (valid) validateNoOverlap(report, 'hosts', hosts);
}

function validateTlsRoute(report: Report, route: TLSRoute, hosts: readonly string[]): void {
  report.at('match').require(route.match.length > 0, 'a TLS route needs at least one match');
  report.each('match', route.match, (entry, match) => {
    entry.at('sniHosts').require(match.sniHosts.length > 0, 'at least one SNI host is required');
    entry.each('sniHosts', match.sniHosts, (sni, name) => {
      sni.fault(wildcardDomainOrIp(name));
      sni.require(hosts.some((owner) => host.subsetOf(name, owner)), `${JSON.stringify(name)} is not covered by the hosts of the virtual service`);
    });
    validateL4Match(entry, match);
  });
  validateRouteDestinations(report, route.route);
}

function validateTcpRoute(report: Report, route: TCPRoute): void {
  report.each('match', route.match, (entry, match) => {
    validateL4Match(entry, match);
    if (match.sourceSubnet !== '') entry.at('sourceSubnet').fault(ipv4Subnet(match.sourceSubnet));
  });
  validateRouteDestinations(report, route.route);
}

interface L4Match {
  readonly destinationSubnets: readonly string[];
  readonly port: number;
  readonly sourceLabels: Readonly<Record<string, string>>;
  readonly gateways: readonly string[];
}

function validateL4Match(report: Report, match: L4Match): void {
  report.each('destinationSubnets', match.destinationSubnets, (entry, subnet) => entry.fault(ipv4Subnet(subnet)));
  if (match.port !== 0) report.at('port').fault(port(match.port));
  validateLabels(report, 'sourceLabels', match.sourceLabels);
  validateGatewayNames(report, match.gateways);
}

function validateRouteDestinations(report: Report, routes: readonly RouteDestination[]): void {
  report.at('route').require(routes.length > 0, 'a route needs at least one destination');
  report.each('route', routes, (entry, route) => {
    validateDestination(entry.at('destination'), route.destination);
    entry.at('weight').fault(percent(route.weight));
  });
  validateWeights(report, routes.map((route) => route.weight));
}
