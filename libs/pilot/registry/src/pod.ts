import { kubernetesProtocol, type ConfigObject, type ManagementPort } from '@quartet/model';

/** What the registry takes from a Pod. */
export interface PodWorkload {
  /** `kubernetes://<pod>.<ns>` */
  readonly uid: string;
  readonly ip: string;
  /** Name of what it belongs to: of a ReplicaSet's pod the Deployment's, of a bare pod its own. */
  readonly workloadName: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** SPIFFE URI. */
  readonly serviceAccount: string;
  /** `region/zone/subzone` from the label `istio-locality` (which may use dots), or empty. */
  readonly locality: string;
  readonly managementPorts: readonly ManagementPort[];
}

interface Probe {
  readonly httpGet?: { readonly port?: number | string };
  readonly tcpSocket?: { readonly port?: number | string };
}

interface Container {
  readonly ports?: readonly { readonly name?: string; readonly containerPort?: number }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface PodJson {
  readonly metadata?: { readonly ownerReferences?: readonly { readonly kind?: string; readonly name?: string; readonly controller?: boolean }[] };
  readonly spec?: { readonly serviceAccountName?: string; readonly containers?: readonly Container[] };
  readonly status?: { readonly podIP?: string; readonly phase?: string };
}

const identityAnnotation = 'alpha.istio.io/identity';
const localityLabel = 'istio-locality';

/**
 * A Pod that has an IP and is not over (phase Pending, Running or not said); undefined for any other.
 * Source: Istio 1.4 pilot/pkg/serviceregistry/kube (pod cache, SecureNamingSAN, ConvertProbesToPorts).
 */
export function podWorkload({ metadata, spec: pod }: ConfigObject<PodJson>, trustDomain: string): PodWorkload | undefined {
  const ip = pod.status?.podIP;
  const phase = pod.status?.phase;
  if (!ip || (phase && phase !== 'Pending' && phase !== 'Running')) return undefined;
  const { name, namespace, labels, annotations } = metadata;
  const identity = annotations[identityAnnotation] ?? `ns/${namespace}/sa/${pod.spec?.serviceAccountName || 'default'}`;
  const locality = labels[localityLabel] ?? '';
  return Object.freeze({
    uid: `kubernetes://${name}.${namespace}`,
    ip, namespace, labels,
    workloadName: workloadName(pod.metadata, metadata),
    serviceAccount: `spiffe://${trustDomain}/${identity}`,
    locality: locality.includes('/') ? locality : locality.replaceAll('.', '/'),
    managementPorts: managementPorts(pod.spec?.containers ?? []),
  });
}

function workloadName(json: PodJson['metadata'], { name, labels }: ConfigObject['metadata']): string {
  const owner = json?.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner?.name) return name;
  const hash = labels['pod-template-hash'];
  return owner.kind === 'ReplicaSet' && hash && owner.name.endsWith(`-${hash}`) ? owner.name.slice(0, -hash.length - 1) : owner.name;
}

function managementPorts(containers: readonly Container[]): readonly ManagementPort[] {
  const ports = new Map<number, ManagementPort>();
  for (const container of containers) {
    for (const probe of [container.livenessProbe, container.readinessProbe]) {
      const protocol = probe?.httpGet ? 'http' : 'tcp';
      const port = portNumber(container, probe?.httpGet?.port ?? probe?.tcpSocket?.port);
      if (port !== undefined && !ports.has(port)) ports.set(port, { name: `mgmt-${port}`, port, protocol: kubernetesProtocol(protocol, port, 'TCP') });
    }
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}

function portNumber(container: Container, port: number | string | undefined): number | undefined {
  if (port === undefined || typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  return container.ports?.find(({ name }) => name === port)?.containerPort;
}
