import { experimental, Server, ServerCredentials } from '@grpc/grpc-js';
import { isServed, groupOf } from '@quartet/galley-processing';
import { McpSourceClient, McpSourceServer, type McpReporter, type SinkState, type SnapshotCache, type SourceCollections } from '@quartet/mcp';
import { VERSION, type Logger } from '@quartet/nest-kit';
import { AccessListFile } from './access-list-file.js';
import type { GalleyOptions } from './options.js';

export interface EndpointContext {
  readonly cache: SnapshotCache;
  readonly report: McpReporter;
  readonly log: Logger;
}

/** Sinks may ask for differences of every collection; those of 1.4 do so for synthetic service entries only. */
const collections: SourceCollections = { supports: isServed, groupOf, incremental: () => true };

/** Where sinks find Galley, and the sink that Galley finds. */
export class McpEndpoint {
  readonly #source: McpSourceServer;
  readonly #server: Server | undefined;
  readonly #callout: McpSourceClient | undefined;
  readonly #access: AccessListFile | undefined;
  #port = 0;

  constructor(
    private readonly options: GalleyOptions,
    private readonly context: EndpointContext,
  ) {
    const { cache, report, log } = context;
    const access = options.insecure ? undefined : new AccessListFile(options.accessListFile, log);
    this.#access = access;
    this.#source = new McpSourceServer({
      cache, collections, report, log, metadata: { 'config.source.version': VERSION, ...options.sinkMeta }, ...(access ? { access: () => access.rules } : {}),
    });
    if (options.sinkAddress !== undefined) this.#callout = new McpSourceClient({ address: options.sinkAddress, cache, collections, report, log });
    if (!options.enableServer) return;
    this.#server = new Server(serverOptions(options));
    this.#source.register(this.#server);
  }

  /** The TCP port that is served; 0 for a Unix socket or no server. */
  get port(): number {
    return this.#port;
  }

  sinks(): SinkState[] {
    return this.#source.sinks();
  }

  /** @throws if the address can't be bound, or (TLS) a file can't be read. */
  async start(): Promise<void> {
    await this.#access?.start();
    this.#callout?.start();
    if (!this.#server) return;
    const { serverAddress } = this.options;
    this.#port = await bind(this.#server, serverAddress, credentialsOf(this.options));
    this.context.log.info(`serving MCP at ${serverAddress}${this.options.insecure ? '' : ' (mutual TLS)'}`);
  }

  /** Ends every stream at once. */
  async close(): Promise<void> {
    this.#source.close();
    await this.#callout?.close();
    await this.#access?.close();
    this.#server?.forceShutdown();
  }
}

/** Keepalive, ages and pings as Istio 1.4's server has them. */
function serverOptions({ serverMaxReceivedMessageSize, serverMaxConcurrentStreams }: GalleyOptions): Record<string, number> {
  return {
    'grpc.max_receive_message_length': serverMaxReceivedMessageSize,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': serverMaxConcurrentStreams,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_connection_age_grace_ms': 10_000,
  };
}

/** Certificate and key are read again every minute, so that a rotation needs no restart. */
function credentialsOf({ insecure, caCertFile, tlsCertFile, tlsKeyFile }: GalleyOptions): ServerCredentials {
  if (insecure) return ServerCredentials.createInsecure();
  const { createCertificateProviderServerCredentials, FileWatcherCertificateProvider } = experimental;
  const provider = new FileWatcherCertificateProvider({ caCertificateFile: caCertFile, certificateFile: tlsCertFile, privateKeyFile: tlsKeyFile, refreshIntervalMs: 60_000 });
  return createCertificateProviderServerCredentials(provider, provider, true);
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => server.bindAsync(address, credentials, (error, port) => (error ? reject(new Error(`--server-address ${address}: ${error.message}`)) : resolve(port))));
}
