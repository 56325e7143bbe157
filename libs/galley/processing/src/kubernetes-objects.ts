/** The parts of Kubernetes' objects that are read here; an object's `spec` holds the whole object. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}

export interface KubernetesService {
  readonly spec?: { readonly clusterIP?: string; readonly externalName?: string; readonly type?: string; readonly ports?: readonly ServicePort[] };
}

export interface EndpointAddress {
  readonly ip: string;
  readonly nodeName?: string;
}

export interface KubernetesEndpoints {
  readonly subsets?: readonly {
    readonly addresses?: readonly EndpointAddress[];
    readonly notReadyAddresses?: readonly EndpointAddress[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

export interface KubernetesPod {
  readonly spec?: { readonly nodeName?: string; readonly serviceAccountName?: string };
  readonly status?: { readonly podIP?: string; readonly phase?: string };
}

export interface KubernetesNode {
  readonly metadata?: object;
}
