import type { AuthorizationPolicy, Condition } from '@quartet/api/istio/security/v1beta1/authorization';
import { ipOrCidr } from './primitives.js';
import type { Fault, Report } from './report.js';

export function validateAuthorizationPolicy(report: Report, spec: AuthorizationPolicy): void {
  report.at('selector').entries('matchLabels', spec.selector?.matchLabels, (entry, value, key) => {
    entry.require(key !== '' && value !== '', 'neither key nor value of a selector may be empty');
  });
  report.each('rules', spec.rules, (rule, { when }) => rule.each('when', when, validateCondition));
}

function validateCondition(report: Report, { key, values }: Condition): void {
  if (key === '') return report.at('key').error('is required');
  report.at('values').require(values.length > 0, 'at least one value is required');
  report.at('key').fault(conditionKey(key));
  const check = valueChecks[key];
  if (check !== undefined) report.each('values', values, (entry, value) => entry.fault(check(value)));
}

const words: ReadonlySet<string> = new Set([
  'source.ip', 'source.namespace', 'source.user', 'source.principal', 'request.auth.principal', 'request.auth.audiences',
  'request.auth.presenter', 'destination.ip', 'destination.port', 'connection.sni',
]);
const mapped: readonly string[] = ['request.headers', 'request.auth.claims'];

const valueChecks: Readonly<Record<string, (value: string) => Fault>> = {
  'source.ip': ipOrCidr,
  'destination.ip': ipOrCidr,
  'destination.port': (value) => (/^\d+$/.test(value) && Number(value) <= 65_535 ? undefined : `${JSON.stringify(value)} is not a port`),
};

/** Whether 1.4 knows a condition's key (source: pkg/config/security). */
export function conditionKey(key: string): Fault {
  if (words.has(key) || key.startsWith('experimental.envoy.filters.')) return undefined;
  const bracket = key.indexOf('[');
  if (bracket > 0 && mapped.includes(key.slice(0, bracket))) {
    return key.endsWith(']') && key.length > bracket + 2 ? undefined : `${JSON.stringify(key)} needs a name in brackets`;
  }
  return `${JSON.stringify(key)} is not an attribute that a condition may use`;
}

/** A condition's faults: of its key, and of its values if the key restricts them. */
export function conditionFault(key: string, values: readonly string[]): Fault {
  const check = valueChecks[key];
  return conditionKey(key) ?? (check === undefined ? undefined : values.map(check).find((fault) => fault !== undefined));
}
