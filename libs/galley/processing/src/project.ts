import type { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import type { ConfigObject, Kind } from '@quartet/model';

/** A collection as it goes over MCP. */
export interface ProjectedCollection {
  readonly collection: string;
  /** `<collection>/<content>`: equal content has an equal version, also in another process, and no two states share one (in 1.4 they could). */
  readonly version: string;
  readonly resources: readonly Resource[];
  /** Objects that could not be serialised; they are left out. */
  readonly leftOut: readonly string[];
}

/** Renames and encodes the objects of a kind one to one. `contentVersion` stands for the content of `objects`. */
export function projectCollection(kind: Kind, objects: readonly ConfigObject[], contentVersion: string): ProjectedCollection {
  const resources: Resource[] = [];
  const leftOut: string[] = [];
  for (const object of objects) {
    try {
      resources.push(toResource(kind, object));
    } catch (error) {
      leftOut.push(`${kind.kind} ${resourceName(object)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { collection: kind.collection, version: `${kind.collection}/${contentVersion}`, resources, leftOut };
}

/** The envelope of Istio 1.4: name, creation time, version, labels and annotations; the body is the spec. @throws if the spec can't be encoded. */
export function toResource(kind: Kind, object: ConfigObject): Resource {
  const { labels, annotations, creationTimestamp, resourceVersion } = object.metadata;
  return {
    metadata: {
      name: resourceName(object),
      version: resourceVersion,
      createTime: creationTimestamp === 0 ? undefined : { seconds: Math.floor(creationTimestamp / 1000), nanos: (creationTimestamp % 1000) * 1e6 },
      labels: { ...labels },
      annotations: { ...annotations },
    },
    body: { typeUrl: kind.typeUrl, value: kind.encode(object.spec) as Buffer },
  };
}

/** `<namespace>/<name>`, or `<name>` for an object without a namespace. */
export function resourceName({ metadata }: ConfigObject): string {
  return metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
