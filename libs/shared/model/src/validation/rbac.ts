import {
  RbacConfig_Mode as Mode, type AccessRule, type RbacConfig, type ServiceRole, type ServiceRoleBinding, type Subject,
} from '@quartet/api/istio/rbac/v1alpha1/rbac';
import { port } from './primitives.js';
import type { Report } from './report.js';

export function validateServiceRole(report: Report, spec: ServiceRole): void {
  report.at('rules').require(spec.rules.length > 0, 'at least one rule is required');
  report.each('rules', spec.rules, validateAccessRule);
}

function validateAccessRule(report: Report, rule: AccessRule): void {
  const exclusive: [string, readonly unknown[], string, readonly unknown[]][] = [
    ['methods', rule.methods, 'notMethods', rule.notMethods], ['ports', rule.ports, 'notPorts', rule.notPorts],
  ];
  for (const [field, positive, other, negative] of exclusive) {
    if (positive.length > 0 && negative.length > 0) report.at(other).error(`excludes ${field}`);
  }
  report.each('ports', rule.ports, (entry, number) => entry.fault(port(number)));
  report.each('notPorts', rule.notPorts, (entry, number) => entry.fault(port(number)));
  report.each('constraints', rule.constraints, (entry, { key, values }) => {
    entry.at('key').require(key !== '', 'is required');
    entry.at('values').require(values.length > 0, 'at least one value is required');
    if (key === 'destination.port' && rule.ports.length + rule.notPorts.length > 0) entry.at('key').error('"destination.port" excludes ports and notPorts');
  });
}

/** Properties of older bindings -> the subject's own field for the same thing. */
const replaced: Readonly<Record<string, 'names' | 'groups' | 'namespaces' | 'ips'>> = {
  'source.principal': 'names', 'request.auth.claims[groups]': 'groups', 'source.namespace': 'namespaces', 'source.ip': 'ips',
};

export function validateServiceRoleBinding(report: Report, spec: ServiceRoleBinding): void {
  report.at('subjects').require(spec.subjects.length > 0, 'at least one subject is required');
  report.each('subjects', spec.subjects, validateSubject);
  const given = [spec.roleRef !== undefined, spec.actions.length > 0, spec.role !== ''].filter(Boolean).length;
  report.require(given === 1, given === 0 ? 'one of roleRef, actions and role is required' : 'only one of roleRef, actions and role may be set');
  if (spec.roleRef !== undefined) {
    report.at('roleRef', 'kind').require(spec.roleRef.kind === 'ServiceRole', `must be "ServiceRole", not ${JSON.stringify(spec.roleRef.kind)}`);
    report.at('roleRef', 'name').require(spec.roleRef.name !== '', 'is required');
  }
  report.each('actions', spec.actions, validateAccessRule);
  report.at('role').require(spec.role !== '/', 'names no role');
}

function validateSubject(report: Report, subject: Subject): void {
  const lists = [subject.names, subject.notNames, subject.groups, subject.notGroups, subject.namespaces, subject.notNamespaces, subject.ips, subject.notIps];
  const empty = subject.user === '' && subject.group === '' && Object.keys(subject.properties).length === 0 && lists.every((list) => list.length === 0);
  report.require(!empty, 'a subject must name something');
  for (const [property, field] of Object.entries(replaced)) {
    if (property in subject.properties && subject[field].length > 0) report.at('properties', property).error(`excludes ${field}`);
  }
  for (const field of ['names', 'notNames'] as const) {
    report.each(field, subject[field], (entry, name) => entry.require(name !== '*', '"*" is ambiguous here: leave the list out, or match a property'));
  }
}

/** RbacConfig and ClusterRbacConfig. */
export function validateRbacConfig(report: Report, spec: RbacConfig, name: string, root: Report): void {
  if (name !== 'default') return root.error(`must be named "default", not ${JSON.stringify(name)}`);
  if (spec.mode === Mode.ON_WITH_INCLUSION) report.at('inclusion').require(spec.inclusion !== undefined, 'mode ON_WITH_INCLUSION needs it');
  if (spec.mode === Mode.ON_WITH_EXCLUSION) report.at('exclusion').require(spec.exclusion !== undefined, 'mode ON_WITH_EXCLUSION needs it');
}
