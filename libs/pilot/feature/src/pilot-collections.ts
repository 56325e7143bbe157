import { istioKinds, meshConfigKind, rateLimitKind } from '@quartet/model';
import { registryCollections } from '@quartet/pilot-registry';

const groups = new Set(['networking.istio.io', 'authentication.istio.io', 'rbac.istio.io', 'security.istio.io']);
const clientKinds = new Set(['HTTPAPISpec', 'HTTPAPISpecBinding', 'QuotaSpec', 'QuotaSpecBinding']);

/** Collections that Pilot subscribes to and whose change makes it push. Source: Istio 1.4 pilot/pkg/config/kube/crd, schemas.Istio. */
export const pilotCollections: ReadonlySet<string> = new Set([
  ...istioKinds.filter(({ kind, group }) => groups.has(group) || clientKinds.has(kind)).map(({ collection }) => collection),
  ...registryCollections,
  meshConfigKind.collection,
  rateLimitKind.collection,
]);
