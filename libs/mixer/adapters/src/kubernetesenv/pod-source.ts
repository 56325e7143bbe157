/** The parts of Kubernetes objects that the adapter reads, as their JSON has them. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly selfLink?: string;
    readonly ownerReferences?: readonly OwnerReference[];
  };
}

export interface OwnerReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly controller?: boolean;
}

export interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly serviceAccountName?: string;
    readonly containers?: readonly { readonly name?: string; readonly ports?: readonly { readonly containerPort?: number }[] }[];
  };
  readonly status?: { readonly podIP?: string; readonly hostIP?: string };
}

/** What the adapter knows of the clusters; the Mixer process fills it from its configuration. */
export interface PodSource {
  /** Another object after each change: what was derived from the pods before it is void then. */
  readonly generation: object;
  pod(namespace: string, name: string): Pod | undefined;
  podByIp(ip: string): Pod | undefined;
  replicaSet(namespace: string, name: string): KubernetesObject | undefined;
  replicationController(namespace: string, name: string): KubernetesObject | undefined;
}

/** Fixed objects, indexed. */
export class PodIndex implements PodSource {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #byIp = new Map<string, Pod>();

  constructor(objects: Iterable<KubernetesObject>) {
    for (const object of objects) {
      this.#objects.set(`${object.kind}/${object.metadata?.namespace}/${object.metadata?.name}`, object);
      const ip = object.kind === 'Pod' ? (object as Pod).status?.podIP : undefined;
      if (ip) this.#byIp.set(ip, object);
    }
  }

  get generation(): object {
    return this;
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#objects.get(`Pod/${namespace}/${name}`);
  }

  podByIp(ip: string): Pod | undefined {
    return this.#byIp.get(ip);
  }

  replicaSet(namespace: string, name: string): KubernetesObject | undefined {
    return this.#objects.get(`ReplicaSet/${namespace}/${name}`);
  }

  replicationController(namespace: string, name: string): KubernetesObject | undefined {
    return this.#objects.get(`ReplicationController/${namespace}/${name}`);
  }
}
