import type { ConfigObject, ObjectMeta } from '@quartet/model';

/** Collections that Pilot reads (the MCP names). */
export const collections = {
  virtualServices: 'istio/networking/v1alpha3/virtualservices',
  destinationRules: 'istio/networking/v1alpha3/destinationrules',
  gateways: 'istio/networking/v1alpha3/gateways',
  sidecars: 'istio/networking/v1alpha3/sidecars',
  envoyFilters: 'istio/networking/v1alpha3/envoyfilters',
  serviceEntries: 'istio/networking/v1alpha3/serviceentries',
  authenticationPolicies: 'istio/authentication/v1alpha1/policies',
  meshPolicies: 'istio/authentication/v1alpha1/meshpolicies',
  authorizationPolicies: 'istio/security/v1beta1/authorizationpolicies',
  serviceRoles: 'istio/rbac/v1alpha1/serviceroles',
  serviceRoleBindings: 'istio/rbac/v1alpha1/servicerolebindings',
  rbacConfigs: 'istio/rbac/v1alpha1/rbacconfigs',
  clusterRbacConfigs: 'istio/rbac/v1alpha1/clusterrbacconfigs',
  quotaSpecs: 'istio/mixer/v1/config/client/quotaspecs',
  quotaSpecBindings: 'istio/mixer/v1/config/client/quotaspecbindings',
  rateLimits: 'quartet/v1alpha1/ratelimits',
} as const;

/** "Oldest first"; objects of one age by `name.namespace`. */
export function byAge(a: { metadata: ObjectMeta }, b: { metadata: ObjectMeta }): number {
  if (a.metadata.creationTimestamp !== b.metadata.creationTimestamp) return a.metadata.creationTimestamp - b.metadata.creationTimestamp;
  const left = `${a.metadata.name}.${a.metadata.namespace}`;
  const right = `${b.metadata.name}.${b.metadata.namespace}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `Kind namespace/name`, as diagnostics name an object. */
export function objectName(object: ConfigObject): string {
  return `${object.kind} ${object.metadata.namespace === '' ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`;
}

/** Only the first entry counts in 1.4: `.` = private to the namespace, everything else public. */
export function isPrivate(exportTo: readonly string[], meshDefault: readonly string[]): boolean {
  return (exportTo[0] ?? meshDefault[0] ?? '*') === '.';
}

/** The value of metadata `istio.config.config` on generated resources, which `istioctl x describe` reads. */
export function configPath(object: ConfigObject, type: string): string {
  const { namespace, name } = object.metadata;
  return `/apis/networking.istio.io/v1alpha3/namespaces/${namespace}/${type}/${name}`;
}
