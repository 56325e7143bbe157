import { kindByCollection, type ConfigObject, type ConfigSnapshot, type IstioEndpoint, type Port, type Service, type ServiceInstance, type ServiceSnapshot } from '@quartet/model';

/** Istio ends these arrays with an empty object. */
const last = {};

/** A service with Istio 1.4's keys. */
function serviceJson(service: Service): object {
  const { attributes } = service;
  return {
    Attributes: {
      ServiceRegistry: attributes.serviceRegistry, Name: attributes.name, Namespace: attributes.namespace, UID: attributes.uid,
      ExportTo: Object.fromEntries(attributes.exportTo.map((visibility) => [visibility, true])),
      ClusterExternalAddresses: attributes.clusterExternalAddresses,
    },
    ports: service.ports.map(({ name, port, protocol }) => ({ name, port, protocol })),
    ...(service.serviceAccounts.length > 0 ? { serviceAccounts: service.serviceAccounts } : {}),
    creationTime: new Date(service.creationTime).toISOString(),
    hostname: service.hostname,
    address: service.address,
    ...(Object.keys(service.clusterVIPs).length > 0 ? { 'cluster-vips': service.clusterVIPs } : {}),
    Resolution: service.resolution,
    MeshExternal: service.meshExternal,
  };
}

/** `/debug/registryz` */
export function registry({ services }: ServiceSnapshot): object[] {
  return [...services.map(serviceJson), last];
}

function instanceJson({ endpoint, service, servicePort }: ServiceInstance): object {
  return {
    endpoint: {
      Family: endpoint.family === 'tcp' ? 0 : 1, Address: endpoint.address, Port: endpoint.endpointPort, ServicePort: servicePort,
      UID: endpoint.uid, Network: endpoint.network, Locality: endpoint.locality, LbWeight: endpoint.lbWeight,
    },
    service: serviceJson(service),
    labels: endpoint.labels,
    serviceaccount: endpoint.serviceAccount,
    tlsMode: endpoint.tlsMode,
  };
}

function instances(snapshot: ServiceSnapshot): { service: Service; port: Port; endpoints: IstioEndpoint[] }[] {
  return snapshot.services.flatMap((service) => {
    const all = snapshot.endpoints(service.hostname, service.attributes.namespace);
    return service.ports.map((port) => ({ service, port, endpoints: all.filter(({ servicePortName }) => servicePortName === port.name) }));
  });
}

/** `/debug/endpointz` */
export function endpoints(snapshot: ServiceSnapshot): object[] {
  const listed = instances(snapshot).map(({ service, port, endpoints: found }) => ({
    svc: `${service.hostname}:${port.name}`,
    ep: [...found.map((endpoint) => instanceJson({ endpoint, service, servicePort: port })), last],
  }));
  return [...listed, last];
}

/** `/debug/endpointz?brief=1` */
export function briefEndpoints(snapshot: ServiceSnapshot): string {
  const lines = instances(snapshot).flatMap(({ service, port, endpoints: found }) => found.map((endpoint) => {
    const labels = Object.entries(endpoint.labels).map(([key, value]) => `${key}=${value}`).sort().join(',');
    return `${service.hostname}:${port.name} ${endpoint.family} ${endpoint.address}:${endpoint.endpointPort} ${labels} ${endpoint.serviceAccount}\n`;
  }));
  return lines.join('');
}

/** `/debug/endpointShardz` */
export function endpointShards(snapshot: ServiceSnapshot): object {
  const shards: Record<string, Record<string, object>> = {};
  for (const { hostname, attributes: { namespace } } of snapshot.services) {
    const found = snapshot.endpoints(hostname, namespace);
    const accounts = found.map(({ serviceAccount }) => serviceAccount).filter((account) => account !== '');
    (shards[hostname] ??= {})[namespace] = { Shards: { '': found }, ServiceAccounts: Object.fromEntries(accounts.map((account) => [account, {}])) };
  }
  return shards;
}

function objectJson({ collection, kind, metadata, spec }: ConfigObject): object {
  const known = kindByCollection(collection);
  return {
    type: kind.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase(), group: known?.group ?? '', version: known?.version ?? '',
    name: metadata.name, namespace: metadata.namespace, labels: metadata.labels, annotations: metadata.annotations,
    resourceVersion: metadata.resourceVersion, creationTimestamp: new Date(metadata.creationTimestamp).toISOString(),
    Spec: spec,
  };
}

/** `/debug/configz`: every object of these collections. */
export function configuration(snapshot: ConfigSnapshot, collections: Iterable<string>): object[] {
  return [...[...collections].sort().flatMap((collection) => snapshot.list(collection).map(objectJson)), last];
}
