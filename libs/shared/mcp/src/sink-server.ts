import { Metadata, status, type Server, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js';
import type { RequestResources, Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { McpError, statusOf } from './mcp-error.js';
import { TokenBucket, type RateLimiter } from './rate-limiter.js';
import { silentReporter } from './reporter.js';
import { sinkServerMethod } from './service-definitions.js';
import { createSinkSession, type SinkOptions } from './sink-client.js';
import type { SinkSession } from './sink-session.js';
import { runSinkStream } from './sink-stream.js';

export interface SinkServerOptions extends SinkOptions {
  /** Undefined if the caller may connect, else why not. */
  readonly authorize?: (call: ServerDuplexStream<Resources, RequestResources>) => string | undefined;
  readonly streamLimiter?: RateLimiter;
}

/** Serves ResourceSink: the source dials. One source at a time is meant; a new stream starts as on any reconnect. */
export class McpSinkServer {
  readonly #session: SinkSession;
  readonly #limiter: RateLimiter;
  readonly #abort = new AbortController();
  readonly #open = new Set<ServerDuplexStream<Resources, RequestResources>>();

  constructor(private readonly options: SinkServerOptions) {
    this.#session = createSinkSession(options);
    this.#limiter = options.streamLimiter ?? new TokenBucket(100, 100);
  }

  register(server: Server): void {
    const service: ServiceDefinition = { establishResourceStream: sinkServerMethod };
    server.addService(service, { establishResourceStream: (call: ServerDuplexStream<Resources, RequestResources>) => void this.#accept(call) });
  }

  close(): void {
    this.#abort.abort();
    for (const call of this.#open) fail(call, new McpError(status.UNAVAILABLE, 'the sink is shutting down'));
  }

  async #accept(call: ServerDuplexStream<Resources, RequestResources>): Promise<void> {
    call.on('error', () => {});
    try {
      await this.#limiter.wait(this.#abort.signal);
      const refused = this.options.authorize?.(call);
      if (refused !== undefined) throw new McpError(status.UNAUTHENTICATED, `authorization failed: ${refused}`);
      if (call.cancelled) return;
      this.#open.add(call);
      await runSinkStream(this.#session, call, this.options.report ?? silentReporter);
      call.end();
    } catch (error) {
      const { code, message } = statusOf(error, status.UNKNOWN);
      fail(call, new McpError(code, message));
    } finally {
      this.#open.delete(call);
    }
  }
}

function fail(call: ServerDuplexStream<Resources, RequestResources>, error: McpError): void {
  call.emit('error', { code: error.code, details: error.message, metadata: new Metadata() });
}
