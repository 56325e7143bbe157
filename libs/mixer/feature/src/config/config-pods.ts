import { PodIndex, type KubernetesObject, type Pod, type PodSource } from '@quartet/mixer-adapters';
import type { ConfigSnapshot } from '@quartet/model';
import { podCollection, replicaSetCollection, replicationControllerCollection } from './collections.js';

/** The pods of the configuration, for the kubernetesenv adapter; replaced whole when they change. */
export class ConfigPods implements PodSource {
  #index = new PodIndex([]);

  update(snapshot: ConfigSnapshot): void {
    const objects = [podCollection, replicaSetCollection, replicationControllerCollection].flatMap((collection) => snapshot.list<KubernetesObject>(collection));
    this.#index = new PodIndex(objects.map(({ kind, spec }) => ({ ...spec, kind })));
  }

  get generation(): object {
    return this.#index;
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#index.pod(namespace, name);
  }

  podByIp(ip: string): Pod | undefined {
    return this.#index.podByIp(ip);
  }

  replicaSet(namespace: string, name: string): KubernetesObject | undefined {
    return this.#index.replicaSet(namespace, name);
  }

  replicationController(namespace: string, name: string): KubernetesObject | undefined {
    return this.#index.replicationController(namespace, name);
  }
}
