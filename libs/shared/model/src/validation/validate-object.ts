import type { ConfigObject } from '../config-object.js';
import type { Problem } from '../problem.js';
import { validateAuthenticationPolicy } from './authentication-policy.js';
import { validateAuthorizationPolicy } from './authorization-policy.js';
import { validateDestinationRule } from './destination-rule.js';
import { validateEnvoyFilter } from './envoy-filter.js';
import { gatewayName, validateGateway } from './gateway.js';
import { validateMeshConfig } from './mesh-config.js';
import { validateHttpApiSpec, validateHttpApiSpecBinding, validateQuotaSpec, validateQuotaSpecBinding } from './mixer-client.js';
import { validateRateLimit } from './rate-limit.js';
import { validateRbacConfig, validateServiceRole, validateServiceRoleBinding } from './rbac.js';
import { Report } from './report.js';
import { validateServiceEntry } from './service-entry.js';
import { validateSidecar } from './sidecar.js';
import { validateVirtualService } from './virtual-service.js';

type Meta = ConfigObject['metadata'];
type Validator = (spec: Report, value: never, meta: Meta, metadata: Report) => void;

/** By collection; kinds that are missing here have no rules beyond the form of their specs. */
const validators: Readonly<Record<string, Validator>> = {
  'istio/networking/v1alpha3/virtualservices': validateVirtualService,
  'istio/networking/v1alpha3/destinationrules': validateDestinationRule,
  'istio/networking/v1alpha3/gateways': (report, spec, meta, metadata) => {
    metadata.at('name').fault(gatewayName(meta.name));
    validateGateway(report, spec);
  },
  'istio/networking/v1alpha3/serviceentries': validateServiceEntry,
  'istio/networking/v1alpha3/synthetic/serviceentries': validateServiceEntry,
  'istio/networking/v1alpha3/sidecars': validateSidecar,
  'istio/networking/v1alpha3/envoyfilters': validateEnvoyFilter,
  'istio/authentication/v1alpha1/policies': (report, spec, meta, metadata) => validateAuthenticationPolicy(report, spec, meta, metadata.at('name')),
  'istio/authentication/v1alpha1/meshpolicies': (report, spec, meta, metadata) =>
    validateAuthenticationPolicy(report, spec, { name: meta.name, namespace: '' }, metadata.at('name')),
  'istio/rbac/v1alpha1/serviceroles': validateServiceRole,
  'istio/rbac/v1alpha1/servicerolebindings': validateServiceRoleBinding,
  'istio/rbac/v1alpha1/rbacconfigs': (report, spec, meta, metadata) => validateRbacConfig(report, spec, meta.name, metadata.at('name')),
  'istio/rbac/v1alpha1/clusterrbacconfigs': (report, spec, meta, metadata) => validateRbacConfig(report, spec, meta.name, metadata.at('name')),
  'istio/security/v1beta1/authorizationpolicies': validateAuthorizationPolicy,
  'istio/config/v1alpha2/httpapispecs': validateHttpApiSpec,
  'istio/config/v1alpha2/httpapispecbindings': validateHttpApiSpecBinding,
  'istio/mixer/v1/config/client/quotaspecs': validateQuotaSpec,
  'istio/mixer/v1/config/client/quotaspecbindings': validateQuotaSpecBinding,
  'istio/mesh/v1alpha1/MeshConfig': validateMeshConfig,
  'quartet/v1alpha1/ratelimits': validateRateLimit,
};

/**
 * What Istio 1.4's validation says of one object, taken by itself; all faults, not only the first. The form of the spec
 * is `parseSpec`'s business, references to other objects are the analyzers'.
 */
export function validateObject(object: ConfigObject): Problem[] {
  const validator = validators[object.collection];
  if (validator === undefined) return [];
  const metadata = Report.collect('metadata', () => undefined);
  const spec = Report.collect('spec', (report) => {
    metadata.push(...Report.collect('metadata', (meta) => validator(report, object.spec as never, object.metadata, meta)));
  });
  return [...metadata, ...spec];
}
