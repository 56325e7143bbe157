import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import type { Destination, VirtualService } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { host as hostNames, type ConfigObject, type ConfigSnapshot } from '@quartet/model';
import { byAge, collections, isPrivate } from './config-list.js';
import { append } from './service-index.js';

export type VirtualServiceObject = ConfigObject<VirtualService>;

/** Virtual services with every host, gateway and destination name resolved. Immutable. */
export interface VirtualServiceIndex {
  /** Those bound to the gateway (`ns/name` or `mesh`) that a proxy of the namespace may see: private first, then oldest first. */
  boundTo(gateway: string, namespace: string): readonly VirtualServiceObject[];
}

export function indexVirtualServices(config: ConfigSnapshot, mesh: MeshConfig, domain: string): VirtualServiceIndex {
  const publicOnes = new Map<string, VirtualServiceObject[]>();
  const privateOnes = new Map<string, VirtualServiceObject[]>();
  for (const object of [...config.list<VirtualService>(collections.virtualServices)].sort(byAge)) {
    const resolved = resolveNames(object, domain);
    const hidden = isPrivate(object.spec.exportTo, mesh.defaultVirtualServiceExportTo);
    for (const gateway of new Set(resolved.spec.gateways)) {
      if (hidden) append(privateOnes, `${object.metadata.namespace}\n${gateway}`, resolved);
      else append(publicOnes, gateway, resolved);
    }
  }
  return {
    boundTo: (gateway, namespace) => [...(privateOnes.get(`${namespace}\n${gateway}`) ?? []), ...(publicOnes.get(gateway) ?? [])],
  };
}

function resolveNames(object: VirtualServiceObject, domain: string): VirtualServiceObject {
  const { metadata, spec } = object;
  const destination = <T extends Destination | undefined>(value: T): T => (value ? { ...value, host: hostNames.resolveShortName(value.host, metadata.namespace, domain) } : value);
  const gateways = (names: readonly string[]) => names.map((name) => hostNames.resolveGateway(name, metadata.namespace));
  const match = <T extends { gateways: string[] }>(entries: T[]): T[] => entries.map((entry) => ({ ...entry, gateways: gateways(entry.gateways) }));
  const routes = <T extends { destination?: Destination | undefined }>(entries: T[]): T[] => entries.map((entry) => ({ ...entry, destination: destination(entry.destination) }));
  return {
    ...object,
    spec: {
      ...spec,
      hosts: spec.hosts.map((host) => hostNames.resolveShortName(host, metadata.namespace, domain)),
      gateways: spec.gateways.length === 0 ? ['mesh'] : gateways(spec.gateways),
      http: spec.http.map((http) => ({ ...http, match: match(http.match), route: routes(http.route), mirror: destination(http.mirror) })),
      tcp: spec.tcp.map((tcp) => ({ ...tcp, match: match(tcp.match), route: routes(tcp.route) })),
      tls: spec.tls.map((tls) => ({ ...tls, match: match(tls.match), route: routes(tls.route) })),
    },
  };
}
