import { EnforcementMode, RbacConfig_Mode, type AccessRule, type RbacConfig, type ServiceRoleBinding, type Subject } from '@quartet/api/istio/rbac/v1alpha1/rbac';
import type { ConfigObject, Service } from '@quartet/model';
import type { AuthorizationIndex } from '../../push/authorization-index.js';
import type { RbacPolicyView, RbacRule, RbacView } from '../rbac-view.js';
import { destinationCondition, sourceCondition, type ConditionContext } from './conditions.js';
import { any, every, field, header, ipRule, nobody, portRule } from './match.js';
import { claimRule, namespaceRule, principalRule } from './principal-rules.js';
import { expandPrincipal } from './trust-domain.js';

export interface RoleTarget {
  readonly service: Service;
  readonly labels: Readonly<Record<string, string>>;
}

/** True if (Cluster)RbacConfig turns access control on for the service. */
export function rbacEnabled(config: RbacConfig | undefined, { hostname, attributes }: Service): boolean {
  const listed = (target: RbacConfig['inclusion']) => target !== undefined && (target.services.includes(hostname) || target.namespaces.includes(attributes.namespace));
  switch (config?.mode) {
    case RbacConfig_Mode.ON:
      return true;
    case RbacConfig_Mode.ON_WITH_INCLUSION:
      return listed(config.inclusion);
    case RbacConfig_Mode.ON_WITH_EXCLUSION:
      return !listed(config.exclusion);
    default:
      return false;
  }
}

/** Roles of the service's namespace with their bindings (v1alpha1); permissive ones are only evaluated. */
export function serviceRoleRbac(index: AuthorizationIndex, target: RoleTarget, context: ConditionContext): RbacView {
  const enforced: RbacPolicyView[] = [];
  const permissive: RbacPolicyView[] = [];
  const namespace = target.service.attributes.namespace;
  for (const role of index.roles.filter(({ metadata }) => metadata.namespace === namespace)) {
    const permissions = role.spec.rules.flatMap((rule) => permission(rule, target, context) ?? []);
    if (permissions.length === 0) continue;
    const bindings = index.bindings.filter(({ metadata, spec }) => metadata.namespace === namespace && spec.roleRef?.name === role.metadata.name);
    const policy = (mode: EnforcementMode): RbacPolicyView[] => {
      const principals = principalsOf(bindings.filter(({ spec }) => spec.mode === mode), context);
      return principals.length > 0 ? [{ name: role.metadata.name, permissions, principals }] : [];
    };
    enforced.push(...policy(EnforcementMode.ENFORCED));
    permissive.push(...policy(EnforcementMode.PERMISSIVE));
  }
  if (index.config?.enforcementMode === EnforcementMode.PERMISSIVE) return { rules: undefined, shadowRules: [...enforced, ...permissive] };
  return { rules: enforced, shadowRules: permissive.length > 0 ? permissive : undefined };
}

function permission(rule: AccessRule, target: RoleTarget, context: ConditionContext): RbacRule | undefined {
  if (!rule.services.some((pattern) => matches(pattern, target.service.hostname))) return undefined;
  const { hosts, notHosts, methods, notMethods, paths, notPaths } = rule;
  if (context.protocol === 'tcp' && [hosts, notHosts, methods, notMethods, paths, notPaths].some((list) => list.length > 0)) return undefined;
  const fields = [
    ...field(hosts, notHosts, header(':authority')), ...field(methods, notMethods, header(':method')), ...field(paths, notPaths, header(':path')),
    ...field(rule.ports.map(String), rule.notPorts.map(String), portRule),
  ];
  for (const { key, values } of rule.constraints) {
    const fact = destinationFact(key, target);
    if (fact !== undefined) {
      if (!values.some((value) => matches(value, fact))) return undefined;
      continue;
    }
    const condition = destinationCondition(key, values, context);
    if (condition === 'http-only') return undefined;
    if (condition !== 'unknown') fields.push(condition);
  }
  return every(fields.length > 0 ? fields : [any]);
}

/** Attributes of the destination that are known beforehand. */
function destinationFact(key: string, { service, labels }: RoleTarget): string | undefined {
  if (key === 'destination.name') return service.attributes.name;
  if (key === 'destination.namespace') return service.attributes.namespace;
  return key.startsWith('destination.labels[') ? (labels[key.slice('destination.labels['.length, -1)] ?? '') : undefined;
}

function matches(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}

const principalsOf = (bindings: readonly ConfigObject<ServiceRoleBinding>[], context: ConditionContext): RbacRule[] =>
  bindings.flatMap(({ spec }) => spec.subjects.flatMap((subject) => principal(subject, context) ?? []));

function principal(subject: Subject, context: ConditionContext): RbacRule | undefined {
  const groups = [...(subject.group === '' ? [] : [subject.group]), ...subject.groups];
  if (context.protocol === 'tcp' && groups.length + subject.notGroups.length > 0) return undefined;
  const name = (value: string): RbacRule => {
    if (value === 'allUsers' || value === '*') return any;
    return principalRule(value === 'allAuthenticatedUsers' ? '*' : value, context);
  };
  const expand = (names: readonly string[]) => names.flatMap((value) => expandPrincipal(value, context.trustDomain, context.aliases));
  const fields = [
    ...field(expand(subject.user === '' ? subject.names : [subject.user, ...subject.names]), expand(subject.notNames), name),
    ...field(groups, subject.notGroups, (value) => claimRule('groups', value, context)),
    ...field(subject.namespaces, subject.notNamespaces, namespaceRule),
    ...field(subject.ips, subject.notIps, ipRule('source.ip')),
  ];
  for (const key of Object.keys(subject.properties).sort()) {
    const condition = sourceCondition(key, [subject.properties[key] ?? ''], context);
    if (condition === 'http-only') return undefined;
    // A property has one value.
    if (condition !== 'unknown') fields.push(condition.kind === 'or' && condition.rules.length === 1 && condition.rules[0] ? condition.rules[0] : condition);
  }
  return every(fields.length > 0 ? fields : [nobody]);
}
