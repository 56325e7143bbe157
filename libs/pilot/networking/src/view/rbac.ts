import type { Port, Proxy, Service } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import type { PushContext } from '../push/push-context.js';
import { authorizationPolicies } from './rbac/authorization-policy.js';
import type { ConditionContext } from './rbac/conditions.js';
import { rbacEnabled, serviceRoleRbac } from './rbac/service-role.js';
import type { RbacView } from './rbac-view.js';

export interface RbacTarget {
  readonly service: Service;
  readonly port: Port;
  readonly protocol: 'http' | 'tcp';
}

/**
 * Access control of one port of the workload; undefined = everything is allowed. AuthorizationPolicies that select the workload
 * replace the older RBAC for it.
 */
export function workloadRbac(push: PushContext, proxy: Proxy, target: RbacTarget, diagnostics: Diagnostics): RbacView | undefined {
  const labels = push.labelsOf(proxy);
  const policies = push.authorization.policiesFor(proxy.configNamespace, labels);
  const base = {
    protocol: target.protocol, trustDomain: push.mesh.trustDomain || push.domain, aliases: push.mesh.trustDomainAliases, issuers: issuers(push, target),
  };
  if (policies.length > 0) {
    const context: ConditionContext = { ...base, wildcard: { regex: '.+' } };
    return { rules: authorizationPolicies(policies, context, diagnostics), shadowRules: undefined };
  }
  if (!rbacEnabled(push.authorization.config, target.service)) return undefined;
  return serviceRoleRbac(push.authorization, { service: target.service, labels }, { ...base, wildcard: { regex: '.*' } });
}

/** Access control of connections to ports of the workload that no service knows: AuthorizationPolicies alone speak of them. */
export function passthroughRbac(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): RbacView | undefined {
  const policies = push.authorization.policiesFor(proxy.configNamespace, push.labelsOf(proxy));
  if (policies.length === 0) return undefined;
  const context: ConditionContext = {
    protocol: 'tcp', trustDomain: push.mesh.trustDomain || push.domain, aliases: push.mesh.trustDomainAliases, issuers: [], wildcard: { regex: '.+' },
  };
  return { rules: authorizationPolicies(policies, context, diagnostics), shadowRules: undefined };
}

function issuers(push: PushContext, { service, port }: RbacTarget): readonly string[] {
  const policy = push.authentication.policyFor(service, port)?.spec;
  const all = [...(policy?.peers ?? []).map(({ jwt }) => jwt?.issuer), ...(policy?.origins ?? []).map(({ jwt }) => jwt?.issuer)];
  return [...new Set(all.filter((issuer): issuer is string => issuer !== undefined))];
}
