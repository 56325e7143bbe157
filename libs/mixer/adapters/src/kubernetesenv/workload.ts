import type { KubernetesObject, OwnerReference, Pod, PodSource } from './pod-source.js';

/** The workload a pod belongs to. `owner` is undefined if nothing controls the pod and it has no self link. */
export interface Workload {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly owner: string | undefined;
}

/**
 * The controller at the root of a pod: ReplicaSets and ReplicationControllers are followed to what controls them, any
 * other kind is taken as it is, and a pod without controller is its own workload.
 */
export function workloadOf(pod: Pod, source: PodSource): Workload {
  const namespace = pod.metadata?.namespace ?? '';
  const controller = rootController(pod, source);
  const name = controller?.name ?? pod.metadata?.name ?? '';
  return {
    uid: `istio://${namespace}/workloads/${name}`,
    name,
    namespace,
    owner: controller ? ownerUrl(controller, namespace) : pod.metadata?.selfLink ? `kubernetes:/${pod.metadata.selfLink}` : undefined,
  };
}

function rootController(pod: Pod, source: PodSource): OwnerReference | undefined {
  const direct = controllerOf(pod);
  if (!direct) return undefined;
  const namespace = pod.metadata?.namespace ?? '';
  const between = intermediate(direct, namespace, source);
  return (between && controllerOf(between)) ?? direct;
}

function intermediate({ kind, name = '' }: OwnerReference, namespace: string, source: PodSource): KubernetesObject | undefined {
  if (kind === 'ReplicaSet') return source.replicaSet(namespace, name);
  return kind === 'ReplicationController' ? source.replicationController(namespace, name) : undefined;
}

function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((reference) => reference.controller === true);
}

function ownerUrl({ apiVersion = '', kind = '', name = '' }: OwnerReference, namespace: string): string {
  return `kubernetes://apis/${apiVersion}/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
}
