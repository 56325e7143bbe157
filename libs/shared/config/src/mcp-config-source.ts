import { status, type ChannelCredentials } from '@grpc/grpc-js';
import type { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { McpError, McpSinkClient, type McpReporter, type SinkChange } from '@quartet/mcp';
import { formatProblem, kindByCollection, validateObject, type ConfigObject, type ConfigSource } from '@quartet/model';
import { ConfigStore } from './config-store.js';
import { decodeResource, sameResource } from './decode-resource.js';
import { silentLog, type ConfigLog } from './file-config-source.js';

export interface McpConfigOptions {
  /** `host:port` of the source. */
  readonly address: string;
  /** Collections to ask for; each must be of a known kind. */
  readonly collections: readonly string[];
  /** Those among them that are not waited for: a Galley of Istio's own does not have them. */
  readonly optional?: readonly string[];
  /** The ones of `collections` to ask for differences only. */
  readonly incremental?: readonly string[];
  readonly sinkId: string;
  readonly log?: ConfigLog;
  readonly report?: McpReporter;
  readonly credentials?: ChannelCredentials;
  readonly backoffMs?: { readonly first: number; readonly max: number };
}

export interface McpConfigSource extends ConfigSource {
  readonly connected: boolean;
  /** `Kind ns/name: field: reason` of each object that its validation left out. */
  readonly dropped: readonly string[];
  /** Collections that haven't been received yet. */
  readonly missing: readonly string[];
}

/**
 * Configuration from an MCP source. The last good snapshot outlives the connection. A push with a body that can't be decoded is refused
 * as a whole; an object that fails its validation is left out while the push counts as applied (as Pilot 1.4 has it).
 * A push that empties a collection empties it here (Mixer 1.4 kept it).
 * @throws Error for a collection without a kind.
 */
export function createMcpConfigSource(options: McpConfigOptions): McpConfigSource {
  return new SinkConfigSource(options);
}

interface Held {
  readonly resource: Resource;
  /** Undefined if its validation left it out. */
  readonly object: ConfigObject | undefined;
  readonly reason: string;
}

class SinkConfigSource extends ConfigStore implements McpConfigSource {
  readonly #held = new Map<string, ReadonlyMap<string, Held>>();
  readonly #log: ConfigLog;
  readonly #client: McpSinkClient;

  constructor(private readonly options: McpConfigOptions) {
    const { collections, incremental = [], log = silentLog } = options;
    super((error) => log.warn(`a listener failed: ${String(error)}`));
    const unknown = collections.find((collection) => !kindByCollection(collection));
    if (unknown !== undefined) throw new Error(`no kind is known for the collection "${unknown}"`);
    this.#log = log;
    this.#client = new McpSinkClient({
      ...options, updater: this, collections: collections.map((name) => ({ name, incremental: incremental.includes(name) })),
    }).start();
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  get dropped(): readonly string[] {
    return [...this.#held.values()].flatMap((held) => [...held.values()].flatMap(({ reason }) => (reason === '' ? [] : [reason])));
  }

  get missing(): readonly string[] {
    const { collections, optional = [] } = this.options;
    return collections.filter((collection) => !this.#held.has(collection) && !optional.includes(collection));
  }

  /** Applies a push or, by throwing, refuses it. */
  apply({ collection, incremental, resources, removed }: SinkChange): void {
    const before = this.#held.get(collection) ?? new Map<string, Held>();
    const next = new Map(incremental ? before : []);
    for (const name of removed) next.delete(name);
    for (const resource of resources) {
      const name = resource.metadata?.name ?? '';
      next.set(name, this.#hold(collection, resource, before.get(name)));
    }
    this.#held.set(collection, next);
    this.replace(new Map([[collection, [...next.values()].flatMap(({ object }) => object ?? [])]]));
    if (!this.synced && this.missing.length === 0) this.markSynced();
  }

  override async close(): Promise<void> {
    await this.#client.close();
    await super.close();
  }

  #hold(collection: string, resource: Resource, before: Held | undefined): Held {
    if (before && sameResource(before.resource, resource)) return before;
    const kind = kindByCollection(collection);
    if (!kind) throw new McpError(status.UNIMPLEMENTED, `unsupported collection "${collection}"`);
    const object = decodeResource(kind, resource);
    const [fault] = validateObject(object).filter(({ severity }) => severity === 'error');
    if (!fault) return { resource, object, reason: '' };
    const reason = `${kind.kind} ${resource.metadata?.name}: ${formatProblem(fault)}`;
    this.#log.warn(`left out: ${reason}`);
    return { resource, object: undefined, reason };
  }
}
