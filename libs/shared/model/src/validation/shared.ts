// Rules that several kinds of networking.istio.io share.
import * as host from '../host.js';
import { parseProtocol } from '../protocol.js';
import { dnsLabel, fqdn, isDnsLabel, wildcardDomain } from './primitives.js';
import type { Fault, Report } from './report.js';

export function validateExportTo(report: Report, exportTo: readonly string[]): void {
  if (exportTo.length > 1) report.at('exportTo').error('only one entry, "." or "*", is supported');
  report.each('exportTo', exportTo, (entry, value) => entry.require(value === '.' || value === '*', `${JSON.stringify(value)} must be "." or "*"`));
}

/** `namespace/name`, or a name of the own namespace, or a legacy full name. */
export function validateGatewayNames(report: Report, gateways: readonly string[]): void {
  report.each('gateways', gateways, (entry, gateway) => {
    const parts = gateway.split('/');
    if (parts.length === 1) return entry.fault(fqdn(gateway));
    const valid = parts.length === 2 && parts.every((part) => isDnsLabel(part));
    entry.require(valid, `${JSON.stringify(gateway)} must be "namespace/name" or a name`);
  });
}

/** Subset names stand in cluster names. */
export function subsetName(name: string): Fault {
  return name === '' ? 'the name of a subset must not be empty' : dnsLabel(name);
}

/** @param extra namespaces allowed besides labels. */
export function namespacedHost(value: string, extra: readonly string[]): Fault {
  const [namespace = '', name = '', ...rest] = value.split('/');
  if (namespace === '' || name === '' || rest.length > 0) return `${JSON.stringify(value)} must be "namespace/host"`;
  if (!extra.includes(namespace) && !isDnsLabel(namespace)) return `${JSON.stringify(namespace)} is not a namespace, nor ${extra.join(' ')}`;
  return dottedHost(name);
}

/** `*`, or a name with a dot: short names mean nothing where no namespace completes them. */
export function dottedHost(name: string): Fault {
  if (name === '*') return undefined;
  return name.includes('.') ? wildcardDomain(name) : `${JSON.stringify(name)} is a short name; a full one is needed here`;
}

export function protocolName(protocol: string, emptyAllowed: boolean): Fault {
  if ((protocol === '' && emptyAllowed) || parseProtocol(protocol) !== 'Unsupported') return undefined;
  return `${JSON.stringify(protocol)} is no protocol: use HTTP, HTTPS, HTTP2, GRPC, GRPC-Web, TCP, TLS, UDP, MONGO, REDIS or MYSQL`;
}

export function validateWorkloadSelector(report: Report, selector: { readonly labels: Readonly<Record<string, string>> } | undefined): void {
  if (selector !== undefined && Object.keys(selector.labels).length === 0) report.at('workloadSelector', 'labels').error('a selector needs at least one label');
}

/** Reports every pair of overlapping host names once. */
export function validateNoOverlap(report: Report, field: string, hosts: readonly string[]): void {
  const seen = new Set<string>();
  const wildcards = hosts.filter(host.isWildcard);
  report.each(field, hosts, (entry, name, index) => {
    const other = seen.has(name) ? name : wildcards.find((wildcard) => wildcard !== name && host.subsetOf(name, wildcard) && hosts.indexOf(wildcard) !== index);
    if (other !== undefined) entry.error(`${JSON.stringify(name)} overlaps with ${JSON.stringify(other)}`);
    seen.add(name);
  });
}
