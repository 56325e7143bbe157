import type { ConfigObject } from '@quartet/model';

export interface Workload {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly address: string;
}

interface PodJson {
  readonly spec?: { readonly serviceAccountName?: string };
  readonly status?: { readonly podIP?: string };
}

export function readPods(objects: readonly ConfigObject[]): Workload[] {
  return objects.map(({ metadata, spec }) => {
    const pod = spec as PodJson;
    return { name: metadata.name, namespace: metadata.namespace, labels: metadata.labels, serviceAccount: pod.spec?.serviceAccountName ?? 'default', address: pod.status?.podIP ?? '' };
  });
}
