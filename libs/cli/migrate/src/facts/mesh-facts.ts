import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { MutualTls_Mode, type Policy } from '@quartet/api/istio/authentication/v1alpha1/policy';
import type { ConfigObject } from '@quartet/model';
import { readPods, type Workload } from './pods.js';
import { readServices, type BackedService } from './services.js';

/** What the configuration says of the mesh. */
export interface MeshFacts {
  readonly trustDomain: string;
  /** Where mesh-wide policies live; Mixer's default namespace too. */
  readonly rootNamespace: string;
  /** What a failed Check does to a request. */
  readonly checkFails: 'open' | 'closed';
  /** Every request has a client certificate: the MeshPolicy is STRICT and nothing overrides it. */
  readonly strictMutualTls: boolean;
  readonly pods: readonly Workload[];
  readonly services: readonly BackedService[];
  /** AuthorizationPolicies there are, and whether RBAC of v1alpha1 is in use. */
  readonly authorizationPolicies: readonly ConfigObject[];
  readonly usesRbacConfig: boolean;
}

export function readMeshFacts(objects: readonly ConfigObject[]): MeshFacts {
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const mesh = of('MeshConfig')[0]?.spec as MeshConfig | undefined;
  const pods = readPods(of('Pod'));
  return {
    trustDomain: mesh?.trustDomain || 'cluster.local',
    rootNamespace: mesh?.rootNamespace || 'istio-system',
    checkFails: mesh?.policyCheckFailOpen ? 'open' : 'closed',
    strictMutualTls: of('MeshPolicy').some(({ metadata, spec }) => metadata.name === 'default' && isStrict(spec as Policy)) && of('Policy').length === 0,
    pods,
    services: readServices(objects, pods),
    authorizationPolicies: of('AuthorizationPolicy'),
    usesRbacConfig: of('RbacConfig').length + of('ClusterRbacConfig').length > 0,
  };
}

/** The first mtls entry decides; an empty one is STRICT. */
function isStrict({ peers, peerIsOptional }: Policy): boolean {
  const mtls = peers.find((peer) => peer.mtls !== undefined)?.mtls;
  return !peerIsOptional && mtls !== undefined && mtls.mode === MutualTls_Mode.STRICT && !mtls.allowTls;
}
