import type { RbacConfig, ServiceRole, ServiceRoleBinding } from '@quartet/api/istio/rbac/v1alpha1/rbac';
import type { AuthorizationPolicy } from '@quartet/api/istio/security/v1beta1/authorization';
import { labels as labelSets, type ConfigObject, type ConfigSnapshot } from '@quartet/model';
import { byAge, collections } from './config-list.js';

/** RBAC configuration of both generations. Immutable. */
export interface AuthorizationIndex {
  /** AuthorizationPolicies that select a workload: the root namespace's, then its own namespace's. */
  policiesFor(namespace: string, labels: Readonly<Record<string, string>>): readonly ConfigObject<AuthorizationPolicy>[];
  /** ClusterRbacConfig, else RbacConfig. */
  readonly config: RbacConfig | undefined;
  readonly roles: readonly ConfigObject<ServiceRole>[];
  readonly bindings: readonly ConfigObject<ServiceRoleBinding>[];
}

export function indexAuthorization(config: ConfigSnapshot, rootNamespace: string): AuthorizationIndex {
  const policies = [...config.list<AuthorizationPolicy>(collections.authorizationPolicies)].sort(byAge);
  const singleton = (collection: string) => config.list<RbacConfig>(collection).find((object) => object.metadata.name === 'default')?.spec;
  return {
    policiesFor: (namespace, labels) =>
      [...new Set([rootNamespace, namespace])].flatMap((owner) =>
        policies.filter(({ metadata, spec }) => metadata.namespace === owner && labelSets.selects(spec.selector?.matchLabels, labels)),
      ),
    config: singleton(collections.clusterRbacConfigs) ?? singleton(collections.rbacConfigs),
    roles: [...config.list<ServiceRole>(collections.serviceRoles)].sort(byAge),
    bindings: [...config.list<ServiceRoleBinding>(collections.serviceRoleBindings)].sort(byAge),
  };
}
