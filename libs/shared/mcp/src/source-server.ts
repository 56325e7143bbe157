import { Metadata, status, type Server, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js';
import type { RequestResources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { refuse, subjectIds, type AccessRules, type Peer } from './access-list.js';
import { McpError, statusOf } from './mcp-error.js';
import { TokenBucket, type RateLimiter } from './rate-limiter.js';
import { silentLog, silentReporter, type McpLog, type McpReporter } from './reporter.js';
import { sourceServerMethod } from './service-definitions.js';
import type { SnapshotCache } from './snapshot-cache.js';
import type { SourceCollections, SubscriptionState } from './source-session.js';
import { runSourceStream, type SourceParts, type SourceStream } from './source-stream.js';

export interface SourceServerOptions {
  readonly cache: SnapshotCache;
  readonly collections: SourceCollections;
  readonly report?: McpReporter;
  readonly log?: McpLog;
  /** Sent with the headers of each stream (`config.source.version`, `--sinkMeta`). */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Read at each stream; absent = nobody is checked (plaintext). */
  readonly access?: () => AccessRules;
  /** New streams of the whole server. Istio allows 1/s, burst 100; ours 100/s, burst 100: a mesh of sinks that reconnect at once is not an attack. */
  readonly streamLimiter?: RateLimiter;
  /** Requests of one stream. Istio allows 1/s, burst 100, which slows a busy source's pushes down to one a second; ours 100/s, burst 500. */
  readonly requestLimiter?: () => RateLimiter;
}

/** A connected sink, for debugging. */
export interface SinkState {
  readonly id: string;
  readonly peer: string;
  readonly collections: Record<string, SubscriptionState>;
}

type Call = ServerDuplexStream<RequestResources, Buffer>;

/** Serves ResourceSource (a sink dials) from a snapshot cache. */
export class McpSourceServer {
  readonly #parts: SourceParts;
  readonly #open = new Set<SourceStream>();
  readonly #streamLimiter: RateLimiter;
  readonly #abort = new AbortController();

  constructor(private readonly options: SourceServerOptions) {
    const { cache, collections, report = silentReporter, log = silentLog, requestLimiter = () => new TokenBucket(100, 500) } = options;
    this.#parts = { cache, collections, report, log, requestLimiter };
    this.#streamLimiter = options.streamLimiter ?? new TokenBucket(100, 100);
  }

  register(server: Server): void {
    const service: ServiceDefinition = { establishResourceStream: sourceServerMethod };
    server.addService(service, { establishResourceStream: (call: Call) => void this.#accept(call) });
  }

  sinks(): SinkState[] {
    return [...this.#open].map(({ session, peer }) => ({ id: session.sinkId, peer, collections: session.describe() }));
  }

  /** Ends every stream, so that sinks look for a source elsewhere. */
  close(): void {
    this.#abort.abort();
    for (const { end } of [...this.#open]) end(new McpError(status.UNAVAILABLE, 'the source is shutting down'));
  }

  async #accept(call: Call): Promise<void> {
    const end = (error?: McpError): void => void (error ? call.emit('error', { code: error.code, details: error.message, metadata: new Metadata() }) : call.end());
    call.on('error', () => {});
    try {
      await this.#streamLimiter.wait(this.#abort.signal);
      const refused = this.options.access && refuse(peerOf(call), this.options.access());
      if (refused !== undefined) throw new McpError(status.UNAUTHENTICATED, `authorization failed: ${refused}`);
    } catch (error) {
      const { code, message } = statusOf(error, status.UNKNOWN);
      this.#parts.log.warn(`stream of ${call.getPeer()} refused: ${message}`);
      return end(new McpError(code, message));
    }
    if (call.cancelled) return;
    call.sendMetadata(this.#headers());
    this.#run(call, end);
  }

  #run(call: Call, end: (error?: McpError) => void): void {
    const peer = call.getPeer();
    const report = (): void => this.#parts.report.clients(this.#open.size);
    const open = runSourceStream(this.#parts, { stream: call, peer, end }, () => {
      this.#open.delete(open);
      report();
      this.#parts.log.info(`sink "${open.session.sinkId}" at ${peer} is gone`);
    });
    this.#open.add(open);
    report();
    this.#parts.log.info(`sink at ${peer} connected`);
  }

  #headers(): Metadata {
    const headers = new Metadata();
    for (const [key, value] of Object.entries(this.options.metadata ?? {})) headers.set(key, value);
    return headers;
  }
}

function peerOf(call: Call): Peer {
  const context = call.getAuthContext();
  if (!context) return { kind: 'none' };
  if (context.transportSecurityType !== 'ssl') return { kind: 'not-tls' };
  return { kind: 'tls', ids: subjectIds(context.sslPeerCertificate?.subjectaltname) };
}
