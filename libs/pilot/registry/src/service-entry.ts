import { ServiceEntry_Location, ServiceEntry_Resolution, type ServiceEntry, type ServiceEntry_Endpoint } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import { parseProtocol, Resolution, type ConfigObject, type IstioEndpoint, type Port, type Service } from '@quartet/model';
import type { PodWorkload } from './pod.js';
import type { ServiceRecord } from './service-record.js';

export const SERVICE_ENTRIES = 'istio/networking/v1alpha3/serviceentries';
export const SYNTHETIC_SERVICE_ENTRIES = 'istio/networking/v1alpha3/synthetic/serviceentries';

const unspecifiedAddress = '0.0.0.0';
const tlsModeLabel = 'security.istio.io/tlsMode';
const unixPrefix = 'unix://';

const resolutions: Readonly<Record<ServiceEntry_Resolution, Resolution>> = {
  [ServiceEntry_Resolution.NONE]: Resolution.Passthrough,
  [ServiceEntry_Resolution.STATIC]: Resolution.ClientSideLB,
  [ServiceEntry_Resolution.DNS]: Resolution.DNSLB,
};

/**
 * The services and endpoints of a ServiceEntry, a record for each of its hosts. An endpoint whose address is a Pod's IP takes uid, service account,
 * locality and (if it has none of its own) labels from the Pod.
 * Source: Istio 1.4 pilot/pkg/serviceregistry/external/conversion.go.
 */
export function serviceEntryRecords(entry: ConfigObject<ServiceEntry>, podAt: (ip: string) => PodWorkload | undefined): readonly ServiceRecord[] {
  return entry.spec.hosts.map((host) => {
    const endpoints = entryEndpoints(entry.spec, host, podAt);
    const serviceAccounts = [...new Set(endpoints.map(({ serviceAccount }) => serviceAccount).filter((account) => account !== ''))].sort();
    return { services: services(entry, host, serviceAccounts), endpoints };
  });
}

function services({ metadata, spec }: ConfigObject<ServiceEntry>, host: string, serviceAccounts: readonly string[]): readonly Service[] {
  const ports: readonly Port[] = spec.ports.map(({ name, number, protocol }) => ({ name, port: number, protocol: parseProtocol(protocol) }));
  const addresses = spec.addresses.length > 0 ? spec.addresses.map((address) => address.replace(/\/32$/, '')) : [unspecifiedAddress];
  return addresses.map((address) => Object.freeze({
    hostname: host,
    address,
    clusterVIPs: {},
    ports,
    resolution: resolutions[spec.resolution] ?? Resolution.Passthrough,
    meshExternal: spec.location === ServiceEntry_Location.MESH_EXTERNAL,
    serviceAccounts,
    creationTime: metadata.creationTimestamp,
    attributes: { serviceRegistry: 'MCP', name: host, namespace: metadata.namespace, uid: '', exportTo: spec.exportTo, clusterExternalAddresses: {} },
  }));
}

function entryEndpoints(spec: ServiceEntry, host: string, podAt: (ip: string) => PodWorkload | undefined): readonly IstioEndpoint[] {
  const listed: readonly ServiceEntry_Endpoint[] = spec.endpoints.length === 0 && spec.resolution === ServiceEntry_Resolution.DNS
    ? [{ address: host, ports: {}, labels: {}, network: '', locality: '', weight: 0 }]
    : spec.endpoints;
  return listed.flatMap((endpoint) => {
    const pod = podAt(endpoint.address);
    return spec.ports.map((port) => istioEndpoint(endpoint, { name: port.name, number: port.number, pod }));
  });
}

function istioEndpoint(endpoint: ServiceEntry_Endpoint, at: { name: string; number: number; pod: PodWorkload | undefined }): IstioEndpoint {
  const { name, number, pod } = at;
  const unix = endpoint.address.startsWith(unixPrefix);
  const labels = Object.keys(endpoint.labels).length > 0 ? endpoint.labels : (pod?.labels ?? {});
  return Object.freeze({
    family: unix ? 'unix' : 'tcp',
    address: unix ? endpoint.address.slice(unixPrefix.length) : endpoint.address,
    endpointPort: unix ? 0 : (endpoint.ports[name] ?? number),
    servicePortName: name,
    labels,
    uid: pod?.uid ?? '',
    ...(pod && { workloadName: pod.workloadName }),
    serviceAccount: pod?.serviceAccount ?? '',
    network: endpoint.network,
    locality: endpoint.locality || (pod?.locality ?? ''),
    lbWeight: endpoint.weight,
    tlsMode: labels[tlsModeLabel] ?? pod?.labels[tlsModeLabel] ?? 'disabled',
  } satisfies IstioEndpoint);
}
