import type { IstioEndpoint, ManagementPort, Service, ServiceInstance, ServiceSnapshot } from '@quartet/model';
import type { PodWorkload } from './pod.js';
import type { ServiceRecord } from './service-record.js';

const none: readonly never[] = Object.freeze([]);

/** All records of all registries, indexed. Built once, never changed. */
export class IndexedServiceSnapshot implements ServiceSnapshot {
  readonly services: readonly Service[];
  /** Host and namespace (see `serviceKey`) -> endpoints. */
  readonly endpointsByService: ReadonlyMap<string, readonly IstioEndpoint[]>;
  private readonly instancesByIp: ReadonlyMap<string, readonly ServiceInstance[]>;

  constructor(readonly version: string, records: readonly ServiceRecord[], readonly podsByIp: ReadonlyMap<string, PodWorkload>) {
    this.services = records.flatMap((record) => record.services).sort(byAge);
    this.endpointsByService = indexEndpoints(records);
    this.instancesByIp = indexInstances(records);
  }

  static readonly empty = new IndexedServiceSnapshot('0', [], new Map());

  endpoints(hostname: string, namespace: string): readonly IstioEndpoint[] {
    return this.endpointsByService.get(serviceKey(hostname, namespace)) ?? none;
  }

  instancesAt(ips: readonly string[]): readonly ServiceInstance[] {
    const [ip = ''] = ips;
    if (ips.length <= 1) return this.instancesByIp.get(ip) ?? none;
    return ips.flatMap((one) => this.instancesByIp.get(one) ?? none).sort((a, b) => byAge(a.service, b.service));
  }

  labelsAt(ips: readonly string[]): Readonly<Record<string, string>> | undefined {
    for (const ip of ips) {
      const labels = this.podsByIp.get(ip)?.labels ?? this.instancesByIp.get(ip)?.[0]?.endpoint.labels;
      if (labels) return labels;
    }
    return undefined;
  }

  managementPortsAt(ip: string): readonly ManagementPort[] {
    return this.podsByIp.get(ip)?.managementPorts ?? none;
  }
}

export function serviceKey(hostname: string, namespace: string): string {
  return `${namespace}/${hostname}`;
}

/** Oldest first, then by host name: the order that decides conflicts in Istio. */
function byAge(a: Service, b: Service): number {
  return a.creationTime - b.creationTime || compareText(a.hostname, b.hostname) || compareText(a.attributes.namespace, b.attributes.namespace);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function indexEndpoints(records: readonly ServiceRecord[]): ReadonlyMap<string, readonly IstioEndpoint[]> {
  const index = new Map<string, readonly IstioEndpoint[]>();
  for (const { services: [service], endpoints } of records) {
    if (!service) continue;
    const key = serviceKey(service.hostname, service.attributes.namespace);
    const earlier = index.get(key);
    index.set(key, earlier ? [...earlier, ...endpoints] : endpoints);
  }
  return index;
}

function indexInstances(records: readonly ServiceRecord[]): ReadonlyMap<string, readonly ServiceInstance[]> {
  const index = new Map<string, ServiceInstance[]>();
  for (const { services, endpoints } of records) {
    for (const endpoint of endpoints) {
      const instances = index.get(endpoint.address) ?? [];
      for (const service of services) {
        const servicePort = service.ports.find(({ name }) => name === endpoint.servicePortName);
        if (servicePort) instances.push({ endpoint, service, servicePort });
      }
      index.set(endpoint.address, instances);
    }
  }
  for (const instances of index.values()) instances.sort((a, b) => byAge(a.service, b.service));
  return index;
}
