import type { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';

/** One collection at one moment. Its full-state push is encoded once, whatever the number of sinks. */
export class CollectionSnapshot {
  #encoded: Buffer | undefined;

  constructor(
    readonly collection: string,
    /** Never empty; changes whenever content does. */
    readonly version: string,
    readonly resources: readonly Resource[],
  ) {}

  /** The full push under a nonce. */
  encode(nonce: string): Buffer {
    this.#encoded ??= encodePush({ collection: this.collection, systemVersionInfo: this.version, resources: this.resources });
    return Buffer.concat([this.#encoded, nonceField(nonce)]);
  }

  /** A push of a part of it. */
  encodeDelta(delta: { readonly changed: readonly Resource[]; readonly removed: readonly string[] }, nonce: string): Buffer {
    return encodePush({ collection: this.collection, systemVersionInfo: this.version, resources: delta.changed, removedResources: delta.removed, nonce, incremental: true });
  }
}

/** Collection -> its state; a collection that isn't there is never answered, an empty one is. */
export type Snapshot = ReadonlyMap<string, CollectionSnapshot>;

export function createSnapshot(collections: Iterable<CollectionSnapshot>): Snapshot {
  return new Map([...collections].map((each) => [each.collection, each]));
}

interface Push {
  readonly collection: string;
  readonly systemVersionInfo: string;
  readonly resources: readonly Resource[];
  readonly removedResources?: readonly string[];
  readonly nonce?: string;
  readonly incremental?: boolean;
}

function encodePush({ collection, systemVersionInfo, resources, removedResources = [], nonce = '', incremental = false }: Push): Buffer {
  const message: Resources = { collection, systemVersionInfo, resources: resources as Resource[], removedResources: removedResources as string[], nonce, incremental };
  return Buffer.from(Resources.encode(message).finish());
}

/** Field 5, a string; message parts may be concatenated on the wire. Nonces are short: the length is one byte. */
function nonceField(nonce: string): Buffer {
  const text = Buffer.from(nonce);
  return Buffer.concat([Buffer.from([0x2a, text.length]), text]);
}
