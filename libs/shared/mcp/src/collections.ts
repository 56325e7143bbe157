const networking = 'istio/networking/v1alpha3';
const authentication = 'istio/authentication/v1alpha1';
const rbac = 'istio/rbac/v1alpha1';
const config = 'istio/config/v1alpha2';
const client = 'istio/mixer/v1/config/client';
const policy = 'istio/policy/v1beta1';

/** What Pilot 1.4 asks for: 17 collections. */
export const PILOT_COLLECTIONS: readonly string[] = Object.freeze([
  `${networking}/virtualservices`, `${networking}/gateways`, `${networking}/serviceentries`, `${networking}/destinationrules`,
  `${networking}/envoyfilters`, `${networking}/sidecars`,
  `${authentication}/policies`, `${authentication}/meshpolicies`,
  `${rbac}/serviceroles`, `${rbac}/servicerolebindings`, `${rbac}/rbacconfigs`, `${rbac}/clusterrbacconfigs`,
  'istio/security/v1beta1/authorizationpolicies',
  `${config}/httpapispecs`, `${config}/httpapispecbindings`, `${client}/quotaspecs`, `${client}/quotaspecbindings`,
]);

/** What Mixer 1.4 asks for without its legacy kinds. */
export const MIXER_COLLECTIONS: readonly string[] = Object.freeze([
  `${policy}/rules`, `${policy}/handlers`, `${policy}/instances`, `${policy}/attributemanifests`, `${config}/adapters`, `${config}/templates`,
]);

export const SYNTHETIC_SERVICE_ENTRIES = `${networking}/synthetic/serviceentries`;
export const PODS = 'k8s/core/v1/pods';

/** First message of a source that dials its sink; the sink refuses the collection as unknown, which the source expects. */
export const TRIGGER_COLLECTION = '$triggerCollection';
