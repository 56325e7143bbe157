import type { ServiceEntry } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import type { ConfigObject } from '@quartet/model';
import type { Workload } from './pods.js';

/** A service and the workloads behind it. */
export interface BackedService {
  readonly host: string;
  /** Value of `destination.service.name` and `.namespace`. */
  readonly name: string;
  readonly namespace: string;
  /** Labels that select exactly its workloads; absent if none do, with the reason. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly noSelector?: string;
  /** Ports that its workloads listen on; undefined if they can't be told. */
  readonly targetPorts: readonly number[] | undefined;
  readonly onlyHttp: boolean;
}

const httpProtocols = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB']);

export function readServices(objects: readonly ConfigObject[], pods: readonly Workload[]): BackedService[] {
  const entries = objects.filter(({ kind }) => kind === 'ServiceEntry') as ConfigObject<ServiceEntry>[];
  const workloads = [...pods, ...entries.flatMap((entry) => endpointsOf(entry).filter(({ address }) => !pods.some((pod) => pod.address === address)))];
  return [
    ...objects.filter(({ kind }) => kind === 'Service').map(kubernetesService),
    ...entries.filter(({ spec }) => spec.endpoints.length > 0).flatMap((entry) => entry.spec.hosts.map((host) => serviceEntry(host, entry, workloads))),
  ];
}

interface ServiceJson {
  readonly spec?: { readonly selector?: Record<string, string>; readonly ports?: readonly { name?: string; port: number; targetPort?: number | string; protocol?: string }[] };
}

function kubernetesService({ metadata, spec }: ConfigObject): BackedService {
  const { selector, ports = [] } = (spec as ServiceJson).spec ?? {};
  const targets = ports.map(({ port, targetPort }) => Number(targetPort ?? port));
  const { name, namespace } = metadata;
  return {
    host: `${name}.${namespace}.svc.cluster.local`, name, namespace,
    ...(selector && Object.keys(selector).length > 0 ? { selector } : { noSelector: 'its Service has no selector' }),
    targetPorts: targets.every(Number.isInteger) ? targets : undefined,
    onlyHttp: ports.every(({ name: portName = '' }) => httpProtocols.has((/^grpc-web|^[^-]*/.exec(portName)?.[0] ?? '').toUpperCase())),
  };
}

function endpointsOf({ metadata, spec }: ConfigObject<ServiceEntry>): Workload[] {
  return spec.endpoints.map(({ address, labels }) => ({ name: address, namespace: metadata.namespace, labels, serviceAccount: '', address }));
}

/** The label `app` alone if it tells its workloads from others, so that later versions are meant too; else all labels in common. */
function serviceEntry(host: string, entry: ConfigObject<ServiceEntry>, workloads: readonly Workload[]): BackedService {
  const { metadata, spec } = entry;
  const endpoints = endpointsOf(entry);
  const common = Object.fromEntries(Object.entries(endpoints[0]?.labels ?? {}).filter(([key, value]) => endpoints.every(({ labels }) => labels[key] === value)));
  const alsoSelected = (selector: Workload['labels']) =>
    workloads.filter(({ namespace, labels, address }) => namespace === metadata.namespace && selects(selector, labels) && !endpoints.some((one) => one.address === address));
  const others = alsoSelected(common);
  const app: Workload['labels'] = common['app'] === undefined ? {} : { app: common['app'] };
  const selector = common['app'] !== undefined && alsoSelected(app).length === 0 ? app : common;
  const fault = Object.keys(common).length === 0 ? 'the endpoints of its ServiceEntry have no label in common' : others[0] && `the labels of its endpoints select ${others[0].name} too`;
  return {
    host, name: host, namespace: metadata.namespace,
    ...(fault ? { noSelector: fault } : { selector }),
    targetPorts: [...new Set(spec.ports.flatMap((port) => spec.endpoints.map(({ ports }) => ports[port.name] ?? port.number)))],
    onlyHttp: spec.ports.every(({ protocol }) => httpProtocols.has(protocol.toUpperCase())),
  };
}

export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
