import { status } from '@grpc/grpc-js';
import { RequestResources, type Resources, type SinkNode } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import type { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { McpError, statusOf } from './mcp-error.js';
import type { McpReporter } from './reporter.js';
import { trackVersions, type ResourceVersions } from './resource-versions.js';

/** One push as the sink's owner sees it. */
export interface SinkChange {
  readonly collection: string;
  readonly version: string;
  /** False: `resources` is the whole collection, and what is not in it is gone. */
  readonly incremental: boolean;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
}

export interface SinkUpdater {
  /** Applies all of it or nothing. A thrown McpError is the NACK; any other error NACKs with INVALID_ARGUMENT. */
  apply(change: SinkChange): void | Promise<void>;
}

export interface SinkCollection {
  readonly name: string;
  /** Ask for differences only; the source decides. */
  readonly incremental?: boolean;
}

/** The sink's half of the protocol (Istio 1.4 pkg/mcp/sink): receive, apply, reply once. Versions outlive a stream, so that an incremental one resumes. */
export class SinkSession {
  readonly #held = new Map<string, ResourceVersions>();

  constructor(
    private readonly node: SinkNode,
    private readonly collections: readonly SinkCollection[],
    private readonly updater: SinkUpdater,
    private readonly report: McpReporter,
  ) {}

  /** First messages of a new stream. */
  initialRequests(): RequestResources[] {
    return this.collections.map(({ name, incremental = false }) =>
      this.#request({ collection: name, incremental, initialResourceVersions: incremental ? Object.fromEntries(this.#held.get(name) ?? []) : {} }),
    );
  }

  /** Applies a push and gives the reply: ACK, or NACK with the reason. Never throws. */
  async onResources(push: Resources): Promise<RequestResources> {
    const { collection, nonce } = push;
    const known = this.collections.find(({ name }) => name === collection);
    try {
      if (!known) throw new McpError(status.UNIMPLEMENTED, `unsupported collection "${collection}"`);
      await this.updater.apply({ collection, version: push.systemVersionInfo, incremental: push.incremental, resources: push.resources, removed: push.removedResources });
      this.#held.set(collection, trackVersions(this.#held.get(collection) ?? new Map(), push));
      this.report.ack(collection);
      return this.#request({ collection, responseNonce: nonce, incremental: known.incremental ?? false });
    } catch (error) {
      const errorDetail = { ...statusOf(error, status.INVALID_ARGUMENT), details: [] };
      this.report.nack(collection, errorDetail.code, errorDetail.message);
      return this.#request({ collection, responseNonce: nonce, errorDetail });
    }
  }

  #request(fields: Partial<RequestResources>): RequestResources {
    return { sinkNode: this.node, collection: '', initialResourceVersions: {}, responseNonce: '', errorDetail: undefined, incremental: false, ...fields };
  }
}
