import { hash } from 'node:crypto';
import type { EncodedResource } from './encoded-resource.js';

/** All resources of one type that one client (or many alike) should have. Immutable. */
export class ResourceSet {
  private readonly byName: ReadonlyMap<string, EncodedResource>;
  private bodyBytes: Buffer | undefined;
  private digest: string | undefined;

  /** Keeps the order given. A later resource of a name that came before replaces it. */
  constructor(resources: Iterable<EncodedResource>) {
    const byName = new Map<string, EncodedResource>();
    for (const resource of resources) byName.set(resource.name, resource);
    this.byName = byName;
  }

  static readonly empty = new ResourceSet([]);

  get size(): number {
    return this.byName.size;
  }

  get(name: string): EncodedResource | undefined {
    return this.byName.get(name);
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  names(): IterableIterator<string> {
    return this.byName.keys();
  }

  [Symbol.iterator](): IterableIterator<EncodedResource> {
    return this.byName.values();
  }

  /** Digest over names and contents, independent of order. */
  get version(): string {
    this.digest ??= hash('sha1', [...this.byName.values()].map((r) => `${r.name}\n${r.version}`).sort().join('\n'), 'base64url').slice(0, 16);
    return this.digest;
  }

  /** The `resources` fields of a response that carries the whole set: concatenated once, however many clients get it. */
  get body(): Buffer {
    this.bodyBytes ??= Buffer.concat([...this.byName.values()].map((resource) => resource.field));
    return this.bodyBytes;
  }
}

/**
 * What one client should have at one moment: the port between a compiler of resources and the protocol. Immutable; a new
 * state is a new view.
 */
export interface ResourceView {
  /** `version_info` of the responses made from it. */
  readonly version: string;
  /** The resources of a type, by type URL. */
  set(typeUrl: string): ResourceSet;
  /**
   * Asked for a named resource that the set lacks; an answer here keeps the client from waiting for it (an empty
   * ClusterLoadAssignment, for example). Undefined: there is nothing to say yet.
   */
  missing?(typeUrl: string, name: string): EncodedResource | undefined;
}
