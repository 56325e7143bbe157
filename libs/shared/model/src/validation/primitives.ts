// Single values (source: pkg/config/validation, pkg/config/labels). Each check answers what is wrong, or undefined.
import type { Duration } from '@quartet/api/google/protobuf/duration';
import { formatDuration } from '../duration.js';
import { isIp } from '../proxy.js';
import type { Fault } from './report.js';

const quote = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);

const labelPattern = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const wildcardLabelPattern = /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;

export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && labelPattern.test(text);
}

function isWildcardLabel(text: string): boolean {
  return text.length <= 63 && wildcardLabelPattern.test(text);
}

export function dnsLabel(text: string): Fault {
  return isDnsLabel(text) ? undefined : `${quote(text)} is not a label: 1 to 63 letters, digits or "-", beginning and ending with a letter or digit`;
}

function domainLabels(domain: string): Fault {
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  if (/^[+-]?\d+$/.test(last)) return `domain name ${quote(domain)} has a number for its last part`;
  const bad = labels.find((label, index) => !isDnsLabel(label) && !(label === '' && index > 0 && index === labels.length - 1));
  return bad === undefined ? undefined : `domain name ${quote(domain)} has the invalid part ${quote(bad)}`;
}

function domainLength(domain: string): Fault {
  if (domain === '') return 'an empty domain name is not allowed';
  return domain.length > 255 ? `domain name ${quote(domain)} has ${domain.length} characters, at most 255 are allowed` : undefined;
}

/** A full DNS name without wildcard; a dot at the end is allowed. */
export function fqdn(domain: string): Fault {
  return domainLength(domain) ?? domainLabels(domain);
}

/** A DNS name whose first part may be or begin with `*`. */
export function wildcardDomain(domain: string): Fault {
  const length = domainLength(domain);
  if (length !== undefined) return length;
  const [first = '', ...rest] = domain.split('.');
  if (!isWildcardLabel(first)) return `domain name ${quote(domain)} has the invalid part ${quote(first)}`;
  return rest.length === 0 || (rest.length === 1 && rest[0] === '') ? undefined : domainLabels(rest.join('.'));
}

export function isIpv4(text: string): boolean {
  return isIp(text) && !text.includes(':');
}

export function ipv4Address(text: string): Fault {
  return isIpv4(text) ? undefined : `${quote(text)} is not a valid IPv4 address`;
}

/** An IPv4 address or CIDR. */
export function ipv4Subnet(text: string): Fault {
  const [address = '', length, ...rest] = text.split('/');
  if (length === undefined || rest.length > 0) return ipv4Address(text);
  return isIpv4(address) && isPrefixLength(length, 32) ? undefined : `${quote(text)} is not a valid IPv4 CIDR block`;
}

/** An address or CIDR of either family. */
export function ipOrCidr(text: string): Fault {
  const [address = '', length, ...rest] = text.split('/');
  const valid = isIp(address) && rest.length === 0 && (length === undefined || isPrefixLength(length, address.includes(':') ? 128 : 32));
  return valid ? undefined : `${quote(text)} is not a valid IP address or CIDR block`;
}

function isPrefixLength(text: string, max: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= max;
}

export function wildcardDomainOrIp(text: string): Fault {
  return isIp(text) ? undefined : wildcardDomain(text);
}

export function fqdnOrIp(text: string): Fault {
  return isIp(text) ? undefined : fqdn(text);
}

export function port(number: number): Fault {
  return Number.isInteger(number) && number >= 1 && number <= 65_535 ? undefined : `port number ${number} must be in the range 1..65535`;
}

export function percent(value: number): Fault {
  return value >= 0 && value <= 100 ? undefined : `percentage ${value} is not in the range 0..100`;
}

export function nonNegative(value: number): Fault {
  return value >= 0 ? undefined : `${value} must not be negative`;
}

/** At least 1 ms and a whole number of milliseconds; absent is fine. */
export function duration(value: Duration | undefined): Fault {
  if (value === undefined) return undefined;
  if (value.seconds < 0 || value.nanos < 0 || (value.seconds === 0 && value.nanos < 1_000_000)) return `duration ${formatDuration(value)} must be at least 1ms`;
  return value.nanos % 1_000_000 === 0 ? undefined : `duration ${formatDuration(value)} is finer than a millisecond`;
}

export function headerName(name: string): Fault {
  return name === '' ? 'a header name must not be empty' : undefined;
}

export function httpStatus(code: number): Fault {
  return code >= 200 && code <= 600 ? undefined : `HTTP status ${code} is not in the range 200..600`;
}

/** What stands after `unix://`: `@abstract`, or an absolute path that does not end in a slash. */
export function unixPath(path: string): Fault {
  if (path === '') return 'a Unix socket address must not be empty';
  if (path.startsWith('@')) return undefined;
  if (!path.startsWith('/')) return `${quote(path)} is not an absolute path`;
  return path.endsWith('/') ? `${quote(path)} is not the path of a file` : undefined;
}

/** `host:port` with an IPv6 address in brackets. */
export function proxyAddress(address: string): Fault {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(address);
  if (match === null) return `${quote(address)} is not host:port`;
  const [, bracketed, plain, number = ''] = match;
  if (!/^\d+$/.test(number)) return `${quote(address)} has no port number`;
  return port(Number(number)) ?? fqdnOrIp(bracketed ?? plain ?? '');
}
