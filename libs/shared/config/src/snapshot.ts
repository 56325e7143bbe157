import type { ConfigObject, ConfigSnapshot } from '@quartet/model';
import { createHash } from 'node:crypto';

const none: readonly ConfigObject[] = Object.freeze([]);

/** The objects of one collection in their stable order, with the version that their content gives. Immutable. */
export class CollectionSlice {
  readonly list: readonly ConfigObject[];
  readonly version: string;
  readonly #byKey: ReadonlyMap<string, ConfigObject>;

  constructor(objects: Iterable<ConfigObject>) {
    this.list = Object.freeze([...objects].sort(byNamespaceThenName));
    this.#byKey = new Map(this.list.map((object) => [objectKey(object.metadata.namespace, object.metadata.name), object]));
    const hash = createHash('sha1');
    for (const { metadata } of this.list) hash.update(`${metadata.namespace}/${metadata.name}@${metadata.resourceVersion}\n`);
    this.version = hash.digest('hex').slice(0, 16);
  }

  get(namespace: string, name: string): ConfigObject | undefined {
    return this.#byKey.get(objectKey(namespace, name));
  }

  /** The very same objects. */
  equals(other: CollectionSlice): boolean {
    return this.list.length === other.list.length && this.list.every((object, index) => object === other.list[index]);
  }
}

export const emptySlice = new CollectionSlice([]);

export class Snapshot implements ConfigSnapshot {
  readonly version: string;

  constructor(readonly slices: ReadonlyMap<string, CollectionSlice>) {
    const hash = createHash('sha1');
    for (const collection of [...slices.keys()].sort()) hash.update(`${collection}=${slices.get(collection)?.version}\n`);
    this.version = hash.digest('hex').slice(0, 16);
  }

  list<T = unknown>(collection: string): readonly ConfigObject<T>[] {
    return (this.slices.get(collection)?.list ?? none) as readonly ConfigObject<T>[];
  }

  get<T = unknown>(collection: string, namespace: string, name: string): ConfigObject<T> | undefined {
    return this.slices.get(collection)?.get(namespace, name) as ConfigObject<T> | undefined;
  }
}

export const emptySnapshot = new Snapshot(new Map());

export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function byNamespaceThenName(a: ConfigObject, b: ConfigObject): number {
  return compare(a.metadata.namespace, b.metadata.namespace) || compare(a.metadata.name, b.metadata.name);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
