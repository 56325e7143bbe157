import type { Protocol } from './protocol.js';

/** How a service's endpoints are found; the numbers are those of `/debug/registryz`. */
export const Resolution = { ClientSideLB: 0, DNSLB: 1, Passthrough: 2 } as const;
export type Resolution = (typeof Resolution)[keyof typeof Resolution];

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}

export interface ServiceAttributes {
  /** `Kubernetes`, `MCP` (ServiceEntry), `Consul`. */
  readonly serviceRegistry: string;
  readonly name: string;
  readonly namespace: string;
  /** `istio://<ns>/services/<name>` or empty. */
  readonly uid: string;
  /** `*` (public) and `.` (own namespace); empty = the mesh's default. */
  readonly exportTo: readonly string[];
  /** Cluster id -> external (load balancer) addresses. */
  readonly clusterExternalAddresses: Readonly<Record<string, readonly string[]>>;
}

/** A service as Pilot sees it, whatever registry it came from. Immutable. */
export interface Service {
  /** Fully qualified host name; may be a wildcard (`*.example.com`). */
  readonly hostname: string;
  /** Virtual IP, CIDR, or `0.0.0.0` when there is none. */
  readonly address: string;
  /** Cluster id -> virtual IP, where clusters differ. */
  readonly clusterVIPs: Readonly<Record<string, string>>;
  readonly ports: readonly Port[];
  readonly resolution: Resolution;
  readonly meshExternal: boolean;
  /** SPIFFE URIs that its workloads may present. */
  readonly serviceAccounts: readonly string[];
  /** Milliseconds since the epoch. */
  readonly creationTime: number;
  readonly attributes: ServiceAttributes;
}

/** One endpoint of one port of a service. */
export interface IstioEndpoint {
  readonly family: 'tcp' | 'unix';
  /** IP, host name (DNS resolution) or path of a Unix socket. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly endpointPort: number;
  readonly servicePortName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `kubernetes://<pod>.<ns>` or empty. */
  readonly uid: string;
  /** Name of what the Pod belongs to (its Deployment), where the registry knows it. */
  readonly workloadName?: string;
  /** SPIFFE URI or empty. */
  readonly serviceAccount: string;
  readonly network: string;
  /** `region/zone/subzone` or empty. */
  readonly locality: string;
  /** 0 = unset (counts as 1). */
  readonly lbWeight: number;
  /** `istio` = accepts mutual TLS; `disabled` otherwise. */
  readonly tlsMode: string;
}

/** One endpoint together with the service and port it serves. */
export interface ServiceInstance {
  readonly endpoint: IstioEndpoint;
  readonly service: Service;
  readonly servicePort: Port;
}

/** A port that only the kubelet's probes use. */
export interface ManagementPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** All services and endpoints known at one moment. Immutable; a new state is a new snapshot. */
export interface ServiceSnapshot {
  /** Changes whenever content changes. */
  readonly version: string;
  /** Sorted by creation time, then host name. */
  readonly services: readonly Service[];
  /** Every endpoint of a service, of all its ports; empty if it is unknown. */
  endpoints(hostname: string, namespace: string): readonly IstioEndpoint[];
  /** The instances that a workload with one of these IPs serves, sorted by the service's creation time, then host name. */
  instancesAt(ips: readonly string[]): readonly ServiceInstance[];
  /** Labels of the workload at one of these IPs, where the registry knows it. */
  labelsAt(ips: readonly string[]): Readonly<Record<string, string>> | undefined;
  managementPortsAt(ip: string): readonly ManagementPort[];
}
