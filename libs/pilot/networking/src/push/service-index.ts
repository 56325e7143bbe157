import type { Service, ServiceSnapshot } from '@quartet/model';
import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';

/** Services by visibility, host name and namespace. Immutable. */
export interface ServiceIndex {
  readonly snapshot: ServiceSnapshot;
  /** What a workload of the namespace may see, in the registry's order: private ones of the namespace first. */
  visibleFrom(namespace: string): readonly Service[];
  /** The service of a host name: the one of `namespace` if there are several, else the first. */
  byHostname(hostname: string, namespace?: string): Service | undefined;
}

export function indexServices(snapshot: ServiceSnapshot, mesh: MeshConfig): ServiceIndex {
  const byHost = new Map<string, Service[]>();
  const publicOnes: Service[] = [];
  const privateOnes = new Map<string, Service[]>();
  for (const service of snapshot.services) {
    append(byHost, service.hostname, service);
    const scopes = service.attributes.exportTo.length > 0 ? service.attributes.exportTo : mesh.defaultServiceExportTo;
    if (scopes.includes('.') && !scopes.includes('*')) append(privateOnes, service.attributes.namespace, service);
    else publicOnes.push(service);
  }
  return {
    snapshot,
    visibleFrom: (namespace) => [...(privateOnes.get(namespace) ?? []), ...publicOnes],
    byHostname(hostname, namespace) {
      const candidates = byHost.get(hostname);
      return candidates?.find((service) => service.attributes.namespace === namespace) ?? candidates?.[0];
    },
  };
}

export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
