import type { AuthorizationPolicy, Condition, Operation, Rule, Source } from '@quartet/api/istio/security/v1beta1/authorization';
import type { ConfigObject } from '@quartet/model';
import type { Diagnostics } from '../../diagnostics.js';
import { objectName } from '../../push/config-list.js';
import type { RbacPolicyView, RbacRule } from '../rbac-view.js';
import { destinationCondition, sourceCondition, type ConditionContext } from './conditions.js';
import { any, every, field, header, ipRule, nobody, portRule, some } from './match.js';
import { namespaceRule, principalRule, requestPrincipalRule } from './principal-rules.js';
import { expandPrincipal } from './trust-domain.js';

type PolicyObject = ConfigObject<AuthorizationPolicy>;

/** One policy per rule; what can't be evaluated on TCP is left out, and with it a rule that has nothing else. */
export function authorizationPolicies(objects: readonly PolicyObject[], context: ConditionContext, diagnostics: Diagnostics): RbacPolicyView[] {
  return objects.flatMap((object) =>
    object.spec.rules.flatMap((rule, i): RbacPolicyView[] => {
      const conditions = sortConditions(object, rule, { context, diagnostics, field: `rules[${i}].when` });
      if (!conditions) return [];
      const permissions = (rule.to.length > 0 ? rule.to : [undefined]).flatMap((to) => permission(to?.operation, conditions.destination, context) ?? []);
      const principals = (rule.from.length > 0 ? rule.from : [undefined]).flatMap((from) => principal(from, conditions.source, context) ?? []);
      if (permissions.length === 0 || principals.length === 0) return [];
      return [{ name: `ns[${object.metadata.namespace}]-policy[${object.metadata.name}]-rule[${i}]`, permissions, principals }];
    }),
  );
}

interface Conditions {
  readonly destination: readonly RbacRule[];
  readonly source: readonly RbacRule[];
}

const isSource = ({ key }: Condition): boolean => key.startsWith('source.') || key.startsWith('request.');

/** undefined: a condition can't be evaluated here, so the rule can't hold. */
function sortConditions(object: PolicyObject, rule: Rule, site: { context: ConditionContext; diagnostics: Diagnostics; field: string }): Conditions | undefined {
  const destination: RbacRule[] = [];
  const source: RbacRule[] = [];
  for (const condition of rule.when) {
    const own = isSource(condition);
    const result = (own ? sourceCondition : destinationCondition)(condition.key, condition.values, site.context);
    if (result === 'http-only') return undefined;
    if (result === 'unknown') {
      // Without its condition the rule would allow more than was meant.
      site.diagnostics.error('INVALID_FIELD', { object: objectName(object), field: site.field }, `unknown key ${condition.key}; the rule is left out`);
      return undefined;
    }
    (own ? source : destination).push(result);
  }
  return { destination, source };
}

function permission(operation: Operation | undefined, conditions: readonly RbacRule[], { protocol }: ConditionContext): RbacRule | undefined {
  const { hosts = [], methods = [], paths = [], ports = [] } = operation ?? {};
  if (protocol === 'tcp' && hosts.length + methods.length + paths.length > 0) return undefined;
  const fields = [
    ...field(hosts, [], header(':authority')), ...field(methods, [], header(':method')), ...field(paths, [], header(':path')),
    ...field(ports, [], portRule),
    ...conditions,
  ];
  return every(fields.length > 0 ? fields : [any]);
}

function principal(from: { source?: Source | undefined } | undefined, conditions: readonly RbacRule[], context: ConditionContext): RbacRule | undefined {
  const { principals = [], requestPrincipals = [], namespaces = [], ipBlocks = [] } = from?.source ?? {};
  if (context.protocol === 'tcp' && requestPrincipals.length > 0) return undefined;
  const expanded = principals.flatMap((value) => expandPrincipal(value, context.trustDomain, context.aliases));
  const fields = [
    ...field(expanded, [], (value) => principalRule(value, context)),
    ...(requestPrincipals.length > 0 ? [some(requestPrincipals.map((value) => requestPrincipalRule(value, context)))] : []),
    ...field(namespaces, [], namespaceRule),
    ...field(ipBlocks, [], ipRule('source.ip')),
    ...conditions,
  ];
  if (fields.length > 0) return every(fields);
  return every([from ? nobody : any]);
}
