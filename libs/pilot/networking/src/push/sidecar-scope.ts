import {
  CaptureMode, OutboundTrafficPolicy_Mode, type IstioEgressListener, type Sidecar,
} from '@quartet/api/istio/networking/v1alpha3/sidecar';
import { MeshConfig_OutboundTrafficPolicy_Mode } from '@quartet/api/istio/mesh/v1alpha1/config';
import { host as hostNames, labels as labelSets, type ConfigObject, type Proxy, type Service } from '@quartet/model';
import { byAge, collections } from './config-list.js';
import type { PushContext } from './push-context.js';
import type { VirtualServiceObject } from './virtual-service-index.js';

export type SidecarObject = ConfigObject<Sidecar>;

/** One egress listener of a Sidecar, or the default catch-all, with what it imports. */
export interface EgressListener {
  /** undefined for the default catch-all. */
  readonly spec: IstioEgressListener | undefined;
  readonly services: readonly Service[];
  readonly virtualServices: readonly VirtualServiceObject[];
}

/** What the workloads that one Sidecar resource labelSets.selects may see (source: pilot/pkg/model/sidecar.go). Immutable. */
export interface SidecarScope {
  readonly config: SidecarObject | undefined;
  readonly egress: readonly EgressListener[];
  /** Union of the services of all egress listeners, one per host name. */
  readonly services: readonly Service[];
  readonly allowAny: boolean;
  readonly namespaces: ReadonlySet<string>;
}

export interface SidecarIndex {
  forProxy(proxy: Proxy, labels: Readonly<Record<string, string>>): SidecarObject | undefined;
}

/** Sidecars of a namespace that select by labels come first (oldest first); else its last selector-less one, else the root namespace's. */
export function indexSidecars(objects: readonly SidecarObject[], rootNamespace: string): SidecarIndex {
  const selecting = new Map<string, SidecarObject[]>();
  const whole = new Map<string, SidecarObject>();
  for (const object of [...objects].sort(byAge)) {
    const namespace = object.metadata.namespace;
    if (!object.spec.workloadSelector) whole.set(namespace, object);
    else selecting.set(namespace, [...(selecting.get(namespace) ?? []), object]);
  }
  return {
    forProxy: (proxy, labels) =>
      selecting.get(proxy.configNamespace)?.find((object) => labelSets.selects(object.spec.workloadSelector?.labels, labels)) ??
      whole.get(proxy.configNamespace) ?? whole.get(rootNamespace),
  };
}

export const sidecarCollection = collections.sidecars;

export function buildSidecarScope(push: PushContext, config: SidecarObject | undefined, namespace: string): SidecarScope {
  const visible = push.services.visibleFrom(namespace);
  const bound = push.virtualServices.boundTo('mesh', namespace);
  const egress = config
    ? config.spec.egress.map((spec) => importThrough(spec, namespace, { services: visible, virtualServices: bound }))
    : [{ spec: undefined, services: visible, virtualServices: bound }];
  const services = new Map<string, Service>();
  for (const listener of egress) for (const service of listener.services) if (!services.has(service.hostname)) services.set(service.hostname, service);
  const meshPolicy = push.mesh.outboundTrafficPolicy;
  const own = config?.spec.outboundTrafficPolicy;
  return {
    config, egress,
    services: config ? [...services.values()] : visible,
    allowAny: own ? own.mode === OutboundTrafficPolicy_Mode.ALLOW_ANY : meshPolicy?.mode === MeshConfig_OutboundTrafficPolicy_Mode.ALLOW_ANY,
    namespaces: new Set([
      ...[...services.values()].map((service) => service.attributes.namespace),
      ...egress.flatMap((listener) => listener.virtualServices.map((object) => object.metadata.namespace)),
    ]),
  };
}

interface Visible {
  readonly services: readonly Service[];
  readonly virtualServices: readonly VirtualServiceObject[];
}

function importThrough(spec: IstioEgressListener, namespace: string, visible: Visible): EgressListener {
  const hosts = new Map<string, string[]>();
  for (const entry of spec.hosts) {
    const slash = entry.indexOf('/');
    const key = entry.slice(0, slash) === '.' ? namespace : entry.slice(0, slash);
    hosts.set(key, [...(hosts.get(key) ?? []), entry.slice(slash + 1)]);
  }
  const imports = (owner: string, host: string) => [...(hosts.get(owner) ?? []), ...(hosts.get('*') ?? [])].some((pattern) => hostNames.subsetOf(host, pattern));
  const services = new Map<string, Service>();
  for (const service of visible.services) {
    if (!imports(service.attributes.namespace, service.hostname)) continue;
    const known = services.get(service.hostname);
    if (!known || (known.attributes.namespace !== namespace && service.attributes.namespace === namespace)) services.set(service.hostname, service);
  }
  return {
    spec,
    services: [...services.values()],
    virtualServices: visible.virtualServices.filter((object) => object.spec.hosts.some((host) => imports(object.metadata.namespace, host))),
  };
}

/** Namespaces whose services, virtual services or rules this proxy depends on; undefined = all (gateways). */
export function namespaceDependencies(push: PushContext, proxy: Proxy): ReadonlySet<string> | undefined {
  return proxy.type === 'router' ? undefined : new Set([...push.sidecarScope(proxy).namespaces, proxy.configNamespace, push.mesh.rootNamespace]);
}

export const isUncaptured = (mode: CaptureMode): boolean => mode === CaptureMode.NONE;
