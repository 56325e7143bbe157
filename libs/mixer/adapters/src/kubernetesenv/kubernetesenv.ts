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
    build: () => ({ generateKubernetesAttributes: (instance) => generate(instance, source) }),
  });
}

function generate(instance: Kubernetes, source: PodSource): GeneratedAttributes {
  const output: Record<string, Value> = {};
  const from = findPod(instance.sourceUid, instance.sourceIp, source);
  if (from) describe('source', from, source, output);
  const to = findPod(instance.destinationUid, instance.destinationIp, source);
  if (to) {
    describe('destination', to, source, output);
    const container = containerName(to, Number(instance.destinationPort));
    if (container) output['destination_container_name'] = container;
  }
  return output;
}

const uidPrefix = 'kubernetes://';

/** By uid (`kubernetes://<pod>.<namespace>`, or an address) if there is one, else by address unless it is 0.0.0.0. */
function findPod(uid: string, ip: Uint8Array | undefined, source: PodSource): Pod | undefined {
  if (uid !== '') {
    const key = uid.startsWith(uidPrefix) ? uid.slice(uidPrefix.length) : uid;
    if (parseIp(key)) return source.podByIp(key);
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
