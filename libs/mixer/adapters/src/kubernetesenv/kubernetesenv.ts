import { defineAdapter, ipText, params as p, parseIp, type GeneratedAttributes, type Kubernetes, type Value } from '@quartet/mixer-adapter-sdk';
import type { Pod, PodSource } from './pod-source.js';
import { workloadOf } from './workload.js';

/**
 * Attributes of the pods at both ends of a request. The objects come from the process's configuration, so
 * `kubeconfigPath` and the other ways to a cluster are accepted and have no effect.
 * Source: mixer/adapter/kubernetesenv.
 */
export function kubernetesenv(source: PodSource) {
  return defineAdapter({
    name: 'kubernetesenv',
    description: 'Provides platform specific functionality for the kubernetes environment',
    templates: ['kubernetes'],
    params: p.message({ kubeconfigPath: p.string(), cacheRefreshDuration: p.duration('300s'), clusterRegistriesNamespace: p.string() }),
    build: () => {
      const described = new DescribedPairs(source);
      return { generateKubernetesAttributes: (instance) => generate(instance, source, described) };
    },
  });
}

function generate(instance: Kubernetes, source: PodSource, described: DescribedPairs): GeneratedAttributes {
  const from = findPod(instance.sourceUid, instance.sourceIp, source);
  const to = findPod(instance.destinationUid, instance.destinationIp, source);
  return described.of(from, to, Number(instance.destinationPort));
}

/** Pairs of pods described at once before the oldest are described anew. */
const maxPairs = 10_000;
const noPod: Pod = {};

/** The outputs for each pair of pods that talks: the same object each time, until the pods change. */
class DescribedPairs {
  #generation: object | undefined;
  #byPods = new Map<Pod, Map<Pod, Map<number, GeneratedAttributes>>>();
  #size = 0;

  constructor(private readonly source: PodSource) {}

  of(from: Pod = noPod, to: Pod = noPod, port: number): GeneratedAttributes {
    if (this.#generation !== this.source.generation || this.#size >= maxPairs) this.#startAnew();
    const known = this.#byPods.get(from)?.get(to)?.get(port);
    return known ?? this.#describe(from, to, port);
  }

  #startAnew(): void {
    this.#generation = this.source.generation;
    this.#byPods = new Map();
    this.#size = 0;
  }

  #describe(from: Pod, to: Pod, port: number): GeneratedAttributes {
    const output: Record<string, Value> = {};
    if (from !== noPod) describe('source', from, this.source, output);
    if (to !== noPod) {
      describe('destination', to, this.source, output);
      const container = containerName(to, port);
      if (container) output['destination_container_name'] = container;
    }
    const byDestination = this.#byPods.get(from) ?? new Map<Pod, Map<number, GeneratedAttributes>>();
    const byPort = byDestination.get(to) ?? new Map<number, GeneratedAttributes>();
    this.#byPods.set(from, byDestination.set(to, byPort.set(port, output)));
    this.#size++;
    return output;
  }
}

const uidPrefix = 'kubernetes://';
const addressLike = /^[\d.]+$|:/;

/** By uid (`kubernetes://<pod>.<namespace>`, or an address) if there is one, else by address unless it is 0.0.0.0. */
function findPod(uid: string, ip: Uint8Array | undefined, source: PodSource): Pod | undefined {
  if (uid !== '') {
    const key = uid.startsWith(uidPrefix) ? uid.slice(uidPrefix.length) : uid;
    if (addressLike.test(key) && parseIp(key)) return source.podByIp(key);
    const dot = key.lastIndexOf('.');
    return dot < 0 ? undefined : source.pod(key.slice(dot + 1), key.slice(0, dot));
  }
  return ip && ip.length > 0 && ip.some((byte) => byte !== 0) ? source.podByIp(ipText(ip)) : undefined;
}

function describe(side: 'source' | 'destination', pod: Pod, source: PodSource, output: Record<string, Value>): void {
  const set = (field: string, value: Value | undefined) => {
    if (value !== undefined && value !== '') output[`${side}_${field}`] = value;
  };
  const { name, namespace, labels } = pod.metadata ?? {};
  const workload = workloadOf(pod, source);
  if (labels && Object.keys(labels).length > 0) set('labels', new Map(Object.entries(labels)));
  set('pod_name', name);
  set('namespace', namespace);
  set('pod_uid', `${uidPrefix}${name}.${namespace}`);
  set('service_account_name', pod.spec?.serviceAccountName);
  set('pod_ip', address(pod.status?.podIP));
  set('host_ip', address(pod.status?.hostIP));
  set('workload_name', workload.name);
  set('workload_namespace', workload.namespace);
  set('workload_uid', workload.uid);
  set('owner', workload.owner);
}

function address(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : parseIp(text);
}

function containerName(pod: Pod, port: number): string | undefined {
  if (port <= 0) return undefined;
  return pod.spec?.containers?.find(({ ports }) => ports?.some(({ containerPort }) => containerPort === port))?.name;
}
