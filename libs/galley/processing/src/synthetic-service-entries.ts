import { ServiceEntry, ServiceEntry_Location as Location, ServiceEntry_Resolution as Resolution, type ServiceEntry_Endpoint as Endpoint } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import { kubernetesProtocol, syntheticServiceEntryKind, type ConfigObject, type ConfigSnapshot } from '@quartet/model';
import { createHash } from 'node:crypto';
import type { KubernetesEndpoints, KubernetesNode, KubernetesPod, KubernetesService, ServicePort } from './kubernetes-objects.js';

const core = 'k8s/core/v1';

/** Collections that synthetic service entries are made of. */
export const syntheticInputs: readonly string[] = [`${core}/services`, `${core}/endpoints`, `${core}/pods`, `${core}/nodes`];

export interface SyntheticOptions {
  /** DNS domain of the mesh, `cluster.local`. */
  readonly domain: string;
  readonly trustDomain: string;
}

/**
 * A service entry for each Kubernetes Service (Istio 1.4 galley/pkg/config/processor/transforms/serviceentry). Differences: a port of
 * unknown protocol is TCP and an unnamed one gets a name, since Pilot refuses a service entry for either; the version is that of the content.
 */
export function syntheticServiceEntries(snapshot: ConfigSnapshot, options: SyntheticOptions): ConfigObject<ServiceEntry>[] {
  const world = new World(snapshot);
  return snapshot.list<KubernetesService>(`${core}/services`).map((service) => convert(service, world, options));
}

class World {
  readonly #pods: ReadonlyMap<string, ConfigObject<KubernetesPod>>;

  constructor(private readonly snapshot: ConfigSnapshot) {
    const running = snapshot.list<KubernetesPod>(`${core}/pods`).filter(({ spec }) => ['Pending', 'Running', undefined].includes(spec.status?.phase));
    this.#pods = new Map(running.map((pod) => [pod.spec.status?.podIP ?? '', pod]));
  }

  endpoints({ metadata }: ConfigObject): ConfigObject<KubernetesEndpoints> | undefined {
    return this.snapshot.get(`${core}/endpoints`, metadata.namespace, metadata.name);
  }

  podAt(ip: string): ConfigObject<KubernetesPod> | undefined {
    return this.#pods.get(ip);
  }

  /** `region/zone` of a node's labels, as far as it has them. */
  locality(node: string | undefined): string {
    const labels = this.snapshot.get<KubernetesNode>(`${core}/nodes`, '', node ?? '')?.metadata.labels ?? {};
    const [region = '', zone = ''] = [labels['failure-domain.beta.kubernetes.io/region'], labels['failure-domain.beta.kubernetes.io/zone']];
    return region === '' && zone === '' ? '' : `${region}/${zone}`;
  }
}

function convert(service: ConfigObject<KubernetesService>, world: World, { domain, trustDomain }: SyntheticOptions): ConfigObject<ServiceEntry> {
  const { metadata } = service;
  const { spec: { clusterIP = '', externalName = '', type = '', ports = [] } = {} } = service.spec;
  const external = type === 'ExternalName' && externalName !== '';
  const endpoints = world.endpoints(service);
  const ready = external ? [externalEndpoint(externalName)] : readyEndpoints(endpoints, ports, world);
  const spec = ServiceEntry.fromPartial({
    hosts: [`${metadata.name}.${metadata.namespace}.svc.${domain}`],
    addresses: [clusterIP === '' || clusterIP === 'None' || external ? '0.0.0.0' : clusterIP],
    ports: ports.map((port) => ({ name: portName(port), number: port.port, protocol: protocolOf(port) })),
    location: external ? Location.MESH_EXTERNAL : Location.MESH_INTERNAL,
    resolution: external ? Resolution.DNS : ready.length > 0 ? Resolution.STATIC : Resolution.NONE,
    endpoints: ready,
    exportTo: (metadata.annotations['networking.istio.io/exportTo'] ?? '').split(',').map((name) => name.trim()).filter(Boolean).sort(),
    subjectAltNames: accounts(ready, world, trustDomain),
  });
  const annotations = annotationsOf(service, endpoints, ports);
  const resourceVersion = createHash('sha1').update(JSON.stringify([spec, annotations, metadata.labels])).digest('hex').slice(0, 16);
  return { collection: syntheticServiceEntryKind.collection, kind: syntheticServiceEntryKind.kind, spec, metadata: { ...metadata, annotations, resourceVersion } };
}

const externalEndpoint = (address: string): Partial<Endpoint> => ({ address });

function readyEndpoints(endpoints: ConfigObject<KubernetesEndpoints> | undefined, ports: readonly ServicePort[], world: World): Partial<Endpoint>[] {
  return (endpoints?.spec.subsets ?? []).flatMap(({ addresses = [], ports: served = [] }) =>
    addresses.map(({ ip, nodeName }) => {
      const pod = world.podAt(ip);
      const named = Object.fromEntries(served.map(({ name = '', port }) => [name === '' ? unnamedPort(ports) : name, port]));
      return { address: ip, ports: named, labels: { ...pod?.metadata.labels }, locality: world.locality(nodeName ?? pod?.spec.spec?.nodeName) };
    }),
  );
}

/** An endpoint port without a name belongs to the service's only port. */
const unnamedPort = ([only]: readonly ServicePort[]): string => (only ? portName(only) : 'tcp');

const portName = ({ name = '', port }: ServicePort): string => (name === '' ? `tcp-${port}` : name);

function protocolOf({ name = '', port, protocol = 'TCP' }: ServicePort): string {
  const known = kubernetesProtocol(name, port, protocol);
  return known === 'Unsupported' ? 'TCP' : known;
}

function accounts(endpoints: readonly Partial<Endpoint>[], world: World, trustDomain: string): string[] {
  const found = endpoints.flatMap(({ address = '' }) => world.podAt(address) ?? []);
  const uris = found.flatMap(({ metadata, spec }) => (spec.spec?.serviceAccountName ? `spiffe://${trustDomain}/ns/${metadata.namespace}/sa/${spec.spec.serviceAccountName}` : []));
  return [...new Set(uris)].sort();
}

function annotationsOf(service: ConfigObject, endpoints: ConfigObject<KubernetesEndpoints> | undefined, ports: readonly ServicePort[]): Record<string, string> {
  const notReady = (endpoints?.spec.subsets ?? []).flatMap(({ notReadyAddresses = [], ports: served = [] }) => notReadyAddresses.flatMap(({ ip }) => served.map(({ port }) => `${ip}:${port}`)));
  return {
    ...service.metadata.annotations,
    'networking.alpha.istio.io/serviceVersion': service.metadata.resourceVersion,
    ...(endpoints ? { 'networking.alpha.istio.io/endpointsVersion': endpoints.metadata.resourceVersion } : {}),
    ...(notReady.length > 0 && ports.length > 0 ? { 'networking.alpha.istio.io/notReadyEndpoints': notReady.join(',') } : {}),
  };
}
