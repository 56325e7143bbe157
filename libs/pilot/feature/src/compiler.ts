import type { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import type { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import type { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import type { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import type { ConfigSnapshot, Proxy, ServiceSnapshot } from '@quartet/model';
import type { TlsCheckInput } from './debug/tls-check.js';

/** One fault of user configuration; `object` is `Kind namespace/name`, `field` a path into its spec. */
export interface ConfigDiagnostic {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly object: string;
  readonly field: string;
  readonly message: string;
}

export interface CompiledProxy {
  readonly clusters: readonly Cluster[];
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouteConfiguration[];
  readonly endpoints: readonly ClusterLoadAssignment[];
  readonly diagnostics: readonly ConfigDiagnostic[];
}

export interface CompilerInput {
  readonly config: ConfigSnapshot;
  readonly services: ServiceSnapshot;
  readonly mesh: MeshConfig;
}

/** What of the compiled indexes the discovery service itself reads. */
export interface CompilerPush {
  readonly diagnostics: readonly ConfigDiagnostic[];
}

/** The pure compiler, as the discovery service sees it: it never throws for user configuration. */
export interface Compiler<Push extends CompilerPush = CompilerPush> {
  buildPushContext(input: CompilerInput): Push;
  compileProxy(push: Push, proxy: Proxy): CompiledProxy;
  /** The load assignments of these clusters alone; those that the proxy does not have are left out. */
  compileEndpoints?(push: Push, proxy: Proxy, clusters: readonly string[]): readonly ClusterLoadAssignment[];
  /** What the TLS check of `/debug/authenticationz` reads. */
  tlsCheckInput?(push: Push, proxy: Proxy): TlsCheckInput;
}
