import type { Filter } from '@quartet/api/envoy/config/listener/v3/listener_components';
import { Permission, Policy, Principal, RBAC, RBAC_Action } from '@quartet/api/envoy/config/rbac/v3/rbac';
import { RBAC as HttpRbac } from '@quartet/api/envoy/extensions/filters/http/rbac/v3/rbac';
import type { HttpFilter } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { RBAC as NetworkRbac } from '@quartet/api/envoy/extensions/filters/network/rbac/v3/rbac';
import { MetadataMatcher } from '@quartet/api/envoy/type/matcher/v3/metadata';
import { ValueMatcher } from '@quartet/api/envoy/type/matcher/v3/value';
import type { RbacMatch, RbacPolicyView, RbacRule, RbacView } from '../view/rbac-view.js';
import { cidr } from './address.js';
import { packAny } from './any.js';
import { httpFilter } from './mixer.js';
import { headerMatcher, stringMatcher } from './string-match.js';

export function httpRbacFilters(view: RbacView): HttpFilter[] {
  const config = HttpRbac.fromPartial({ rules: view.rules && rules(view.rules), shadowRules: view.shadowRules && rules(view.shadowRules) });
  return [httpFilter('envoy.filters.http.rbac', packAny('envoy.extensions.filters.http.rbac.v3.RBAC', HttpRbac, config))];
}

export function networkRbacFilter(view: RbacView): Filter {
  const config = NetworkRbac.fromPartial({ rules: view.rules && rules(view.rules), shadowRules: view.shadowRules && rules(view.shadowRules), statPrefix: 'tcp.' });
  return { name: 'envoy.filters.network.rbac', typedConfig: packAny('envoy.extensions.filters.network.rbac.v3.RBAC', NetworkRbac, config) };
}

function rules(policies: readonly RbacPolicyView[]): RBAC {
  const entries = policies.map((policy): [string, Policy] => [
    policy.name, Policy.fromPartial({ permissions: policy.permissions.map(permission), principals: policy.principals.map(principal) }),
  ]);
  return RBAC.fromPartial({ action: RBAC_Action.ALLOW, policies: Object.fromEntries(entries) });
}

type Text = Exclude<RbacMatch, { present: true }>;
const anything: Text = { regex: '.+' };
const text = (match: RbacMatch): Text => ('present' in match ? anything : match);

function metadataMatcher(rule: Extract<RbacRule, { kind: 'metadata' }>): MetadataMatcher {
  const string = { stringMatch: stringMatcher(text(rule.match)) };
  const value: ValueMatcher = ValueMatcher.fromPartial(rule.list ? { listMatch: { oneOf: string } } : string);
  return MetadataMatcher.fromPartial({ filter: rule.filter, path: rule.path.map((key) => ({ key })), value });
}

function permission(rule: RbacRule): Permission {
  switch (rule.kind) {
    case 'and':
      return Permission.fromPartial({ andRules: { rules: rule.rules.map(permission) } });
    case 'or':
      return Permission.fromPartial({ orRules: { rules: rule.rules.map(permission) } });
    case 'not':
      return Permission.fromPartial({ notRule: permission(rule.rule) });
    case 'header':
      return Permission.fromPartial({ header: headerMatcher(rule) });
    case 'destination.port':
      return Permission.fromPartial({ destinationPort: rule.port });
    case 'destination.ip':
      return Permission.fromPartial({ destinationIp: cidr(rule.cidr) });
    case 'connection.sni':
      return Permission.fromPartial({ requestedServerName: stringMatcher(text(rule.match)) });
    case 'metadata':
      return Permission.fromPartial({ metadata: metadataMatcher(rule) });
    case 'any':
      return Permission.fromPartial({ any: true });
    default:
      // A condition on who asks can't be a permission.
      return Permission.fromPartial({ notRule: { any: true } });
  }
}

function principal(rule: RbacRule): Principal {
  switch (rule.kind) {
    case 'and':
      return Principal.fromPartial({ andIds: { ids: rule.rules.map(principal) } });
    case 'or':
      return Principal.fromPartial({ orIds: { ids: rule.rules.map(principal) } });
    case 'not':
      return Principal.fromPartial({ notId: principal(rule.rule) });
    case 'header':
      return Principal.fromPartial({ header: headerMatcher(rule) });
    case 'source.ip':
      // The peer's own address: a forged x-forwarded-for must not pass.
      return Principal.fromPartial({ directRemoteIp: cidr(rule.cidr) });
    case 'source.principal':
      return Principal.fromPartial({ authenticated: { principalName: stringMatcher(text(rule.match)) } });
    case 'metadata':
      return Principal.fromPartial({ metadata: metadataMatcher(rule) });
    case 'any':
      return Principal.fromPartial({ any: true });
    default:
      return Principal.fromPartial({ notId: { any: true } });
  }
}
