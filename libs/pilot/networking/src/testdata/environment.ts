import { readFileSync } from 'node:fs';
import {
  isIp, parseManifest, parseMeshConfig, parseProtocol, Resolution, type ConfigObject, type ConfigSnapshot, type IstioEndpoint, type Proxy, type Service, type ServiceSnapshot, parseProxy, formatProblem,
} from '@quartet/model';
import { ServiceEntry_Location, ServiceEntry_Resolution, type ServiceEntry } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import { parse, parseAllDocuments } from 'yaml';
import type { Environment } from '../environment.js';

/** A scenario of a golden folder: manifests, mesh settings and the proxy that asks. */
export interface Scenario {
  readonly environment: Environment;
  /** The documents of in.yaml as JSON. */
  readonly documents: readonly unknown[];
  readonly mesh: unknown;
  readonly proxy: Proxy;
}

export function loadScenario(folder: URL): Scenario {
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
  const { mesh = {}, features, node } = parse(read('proxy.yaml')) as { mesh?: unknown; features?: Environment['features']; node: { id: string; metadata?: Record<string, unknown>; locality?: { region?: string } } };
  const documents = parseAllDocuments(read('in.yaml')).map((document): unknown => document.toJS());
  return { environment: { ...environmentOf(documents.map(toObject), mesh), features }, documents, mesh, proxy: parseProxy(node) };
}

/** @param order position of the document: the earlier is the older. @throws Error if it can't be decoded */
export function toObject(json: unknown, order: number): ConfigObject {
  const { object, problems } = parseManifest(json, { defaultNamespace: 'default' });
  if (!object || problems.some(({ severity }) => severity === 'error')) throw new Error(problems.map(formatProblem).join('; '));
  return { ...object, metadata: { ...object.metadata, creationTimestamp: order, resourceVersion: '1' } };
}

export function environmentOf(objects: readonly ConfigObject[], mesh: unknown = {}): Environment {
  return { config: snapshotOf(objects), services: servicesOf(objects), mesh: parseMeshConfig(mesh).spec };
}

function snapshotOf(objects: readonly ConfigObject[]): ConfigSnapshot {
  const list = <T>(collection: string) => objects.filter((object) => object.collection === collection) as ConfigObject<T>[];
  return { version: '1', list, get: <T>(collection: string, namespace: string, name: string) => list<T>(collection).find(({ metadata }) => metadata.namespace === namespace && metadata.name === name) };
}

const resolutions = { [ServiceEntry_Resolution.NONE]: Resolution.Passthrough, [ServiceEntry_Resolution.STATIC]: Resolution.ClientSideLB, [ServiceEntry_Resolution.DNS]: Resolution.DNSLB };

/** Services of ServiceEntries alone; an endpoint's label `sa` gives its service account, `tlsMode` whether it takes mutual TLS. */
function servicesOf(objects: readonly ConfigObject[]): ServiceSnapshot {
  const entries = objects.filter(({ kind }) => kind === 'ServiceEntry') as ConfigObject<ServiceEntry>[];
  const all = entries.flatMap(({ metadata, spec }) => spec.hosts.map((host) => ({ service: toService(host, metadata.namespace, spec), endpoints: toEndpoints(host, spec) })));
  const of = (hostname: string) => all.find(({ service }) => service.hostname === hostname)?.endpoints ?? [];
  return {
    version: '1', services: all.map(({ service }) => service), endpoints: of, labelsAt: () => undefined, managementPortsAt: () => [],
    instancesAt: (ips) => all.flatMap(({ service, endpoints }) => endpoints.filter(({ address }) => ips.includes(address)).flatMap((endpoint) => {
      const servicePort = service.ports.find(({ name }) => name === endpoint.servicePortName);
      return servicePort ? [{ service, endpoint, servicePort }] : [];
    })),
  };
}

function toService(host: string, namespace: string, spec: ServiceEntry): Service {
  return {
    hostname: host, address: spec.addresses[0] ?? '0.0.0.0', clusterVIPs: {}, serviceAccounts: [], creationTime: 0, resolution: resolutions[spec.resolution],
    meshExternal: spec.location === ServiceEntry_Location.MESH_EXTERNAL, ports: spec.ports.map(({ name, number, protocol }) => ({ name, port: number, protocol: parseProtocol(protocol) })),
    attributes: { serviceRegistry: 'MCP', name: host, namespace, uid: '', exportTo: spec.exportTo, clusterExternalAddresses: {} },
  };
}

function toEndpoints(host: string, spec: ServiceEntry): IstioEndpoint[] {
  const given = spec.endpoints.length > 0 ? spec.endpoints : spec.resolution === ServiceEntry_Resolution.DNS ? [{ address: host, ports: {} as Record<string, number>, labels: {} as Record<string, string>, network: '', locality: '', weight: 0 }] : [];
  return given.flatMap((endpoint) => spec.ports.map(({ name, number }): IstioEndpoint => ({
    family: endpoint.address.startsWith('unix://') ? 'unix' : 'tcp', address: endpoint.address.replace('unix://', ''), endpointPort: endpoint.ports[name] ?? number, servicePortName: name,
    labels: endpoint.labels, network: endpoint.network, locality: endpoint.locality, lbWeight: endpoint.weight, tlsMode: endpoint.labels.tlsMode ?? 'disabled',
    uid: isIp(endpoint.address) && endpoint.labels.app ? `kubernetes://${endpoint.labels.app}-${endpoint.labels.version ?? 'v1'}.default` : '',
    serviceAccount: endpoint.labels.sa ? `spiffe://cluster.local/ns/default/sa/${endpoint.labels.sa}` : '',
  })));
}
