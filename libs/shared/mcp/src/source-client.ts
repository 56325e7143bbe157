import type { RequestResources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { TRIGGER_COLLECTION } from './collections.js';
import { Dialer, type DialOptions } from './dialer.js';
import type { McpError } from './mcp-error.js';
import { TokenBucket } from './rate-limiter.js';
import { silentLog, silentReporter } from './reporter.js';
import { sinkClientMethod } from './service-definitions.js';
import type { SourceServerOptions } from './source-server.js';
import { runSourceStream, type SourceParts } from './source-stream.js';

export type SourceClientOptions = Pick<SourceServerOptions, 'cache' | 'collections' | 'report' | 'log' | 'requestLimiter'> & Omit<DialOptions, 'log'>;

/** Galley's callout: a source that dials its sink (ResourceSink) and stays connected. */
export class McpSourceClient {
  readonly #parts: SourceParts;
  readonly #dialer: Dialer<Buffer, RequestResources>;

  constructor(options: SourceClientOptions) {
    const { cache, collections, report = silentReporter, log = silentLog, requestLimiter = () => new TokenBucket(100, 500) } = options;
    this.#parts = { cache, collections, report, log, requestLimiter };
    this.#dialer = new Dialer(sinkClientMethod, { ...options, log });
  }

  start(): this {
    const { address } = this.#dialer;
    this.#dialer.start((stream) => {
      stream.write(trigger());
      return new Promise((resolve) => {
        let reason: McpError | undefined;
        const end = (error?: McpError): void => {
          reason = error;
          stream.cancel();
        };
        runSourceStream(this.#parts, { stream, peer: address, end }, () => resolve(reason));
      });
    });
    return this;
  }

  async close(): Promise<void> {
    await this.#dialer.close();
  }
}

/** Makes the sink speak first, as the protocol wants it of whoever asks. */
function trigger(): Buffer {
  return Buffer.from(Resources.encode(Resources.fromPartial({ collection: TRIGGER_COLLECTION })).finish());
}
