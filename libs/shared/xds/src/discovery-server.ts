import { status, type Server } from '@grpc/grpc-js';
import type { Node } from '@quartet/api/envoy/config/core/v3/base';
import type { DiscoveryRequest } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { abortStream } from './abort-stream.js';
import { StreamWriter, type Connection, type DiscoveryStream, type WriterLimits } from './connection.js';
import { PushQueue } from './push-queue.js';
import type { ResourceView } from './resource-set.js';
import { discoveryService, STREAM } from './service-definition.js';
import { createXdsSession, type RequestOutcome, type XdsSession } from './session.js';
import type { Rejection, SentResponse, Subscription } from './subscription.js';
import type { XdsType } from './xds-type.js';

/** Refuses a stream with a gRPC status. */
export class XdsRefusal extends Error {
  override readonly name = 'XdsRefusal';
  constructor(readonly code: status, message: string) {
    super(message);
  }
}

export interface Peer {
  readonly address: string;
  readonly stream: DiscoveryStream;
}

/** The port behind a discovery server: who a client is and what it should have. `R` is what a push carries. */
export interface ResourceSource<Client, R> {
  /** Admits the client of a new stream by the node of its first request. @throws XdsRefusal */
  connect(node: Node, peer: Peer): Client;
  /**
   * What a client should have now. `request` is absent when the client has just connected. Undefined: nothing may be served yet,
   * or the push does not concern this client.
   */
  view(client: Client, request: R | undefined): ResourceView | undefined;
  disconnect?(client: Client): void;
}

/** Everything that happens, for metrics, logs and events. */
export interface DiscoveryServerEvents<Client, R> {
  connected?(connection: Connection<Client>): void;
  disconnected?(connection: Connection<Client>): void;
  sent?(connection: Connection<Client>, subscription: Subscription, response: SentResponse): void;
  acked?(connection: Connection<Client>, subscription: Subscription): void;
  rejected?(connection: Connection<Client>, subscription: Subscription, rejection: Rejection): void;
  stale?(connection: Connection<Client>, subscription: Subscription): void;
  /** After a request was handled, whatever it was. */
  requested?(connection: Connection<Client>, outcome: RequestOutcome): void;
  unknownType?(connection: Connection<Client>, typeUrl: string): void;
  /** A push went to a client as so many responses (0: nothing differed for it). */
  pushed?(connection: Connection<Client>, request: R, responses: number): void;
  /** The stream was closed because its client does not read. */
  stuck?(connection: Connection<Client>, reason: string): void;
  /** Refused streams and failures of the source. */
  failed?(error: unknown, connection: Connection<Client> | undefined): void;
}

export interface DiscoveryServerOptions<Client, R> {
  /** ADS_METHOD, SDS_METHOD. */
  readonly method: string;
  readonly types: readonly XdsType[];
  readonly source: ResourceSource<Client, R>;
  readonly merge: (earlier: R, later: R) => R;
  readonly events?: DiscoveryServerEvents<Client, R>;
  readonly concurrency?: number;
  readonly maxConnections?: number;
  readonly limits?: Partial<WriterLimits>;
  readonly now?: () => number;
}

class LiveConnection<Client> implements Connection<Client> {
  session!: XdsSession;
  writer!: StreamWriter;
  constructor(readonly id: string, readonly client: Client, readonly peer: string, readonly connectedAt: number, readonly stream: DiscoveryStream) {}

  get bufferedBytes(): number {
    return this.writer.bufferedBytes;
  }
}

const defaultLimits: WriterLimits = { sendTimeoutMs: 5_000, maxBufferedBytes: 64 * 1024 * 1024 };
const defaultMaxConnections = 100_000;

/** Serves state-of-the-world discovery streams of one method from a ResourceSource, over grpc-js. */
export class DiscoveryServer<Client, R> {
  private readonly live = new Set<LiveConnection<Client>>();
  private readonly streams = new Set<DiscoveryStream>();
  private readonly queue: PushQueue<LiveConnection<Client>, R>;
  private readonly now: () => number;
  private counter = 0;
  private closed = false;

  constructor(private readonly options: DiscoveryServerOptions<Client, R>) {
    this.now = options.now ?? Date.now;
    this.queue = new PushQueue({
      merge: options.merge,
      concurrency: options.concurrency ?? 100,
      limit: options.maxConnections ?? defaultMaxConnections,
      ready: (connection) => connection.writer.idle,
      process: (connection, request) => this.pushTo(connection, request),
      onError: (connection, error) => options.events?.failed?.(error, connection),
    });
  }

  addTo(server: Server): void {
    server.addService(discoveryService(this.options.method), { [STREAM]: (stream: DiscoveryStream) => this.accept(stream) });
  }

  get connections(): ReadonlySet<Connection<Client>> {
    return this.live;
  }

  get pushQueue(): Pick<PushQueue<unknown, R>, 'size' | 'held' | 'merged' | 'refused' | 'whenIdle'> {
    return this.queue;
  }

  /** Queues a push for every client, or for those that `which` picks. Returns how many. */
  push(request: R, which: (connection: Connection<Client>) => boolean = () => true): number {
    let count = 0;
    for (const connection of this.live) if (which(connection) && this.queue.enqueue(connection, request)) count++;
    return count;
  }

  /** Ends every stream; later ones are refused. */
  close(): void {
    this.closed = true;
    for (const stream of this.streams) stream.end();
  }

  private accept(stream: DiscoveryStream): void {
    if (this.closed) return refuse(stream, new XdsRefusal(status.UNAVAILABLE, 'the server is shutting down'));
    if (this.streams.size >= (this.options.maxConnections ?? defaultMaxConnections)) {
      return refuse(stream, new XdsRefusal(status.RESOURCE_EXHAUSTED, `${this.streams.size} streams are open already`));
    }
    this.streams.add(stream);
    let connection: LiveConnection<Client> | undefined;
    const gone = () => {
      if (!this.streams.delete(stream)) return;
      if (connection) this.leave(connection);
    };
    stream.on('data', (request: DiscoveryRequest) => {
      try {
        connection ??= this.admit(stream, request);
        this.handle(connection, request);
      } catch (error) {
        this.options.events?.failed?.(error, connection);
        refuse(stream, error);
        gone();
      }
    });
    stream.on('end', () => {
      stream.end();
      gone();
    });
    stream.on('cancelled', gone);
    stream.on('error', gone);
    stream.on('close', gone);
  }

  private admit(stream: DiscoveryStream, request: DiscoveryRequest): LiveConnection<Client> {
    if (!request.node) throw new XdsRefusal(status.INVALID_ARGUMENT, 'the first request of the stream names no node');
    const address = stream.getPeer();
    const client = this.options.source.connect(request.node, { address, stream });
    const connection = new LiveConnection(`${request.node.id}-${++this.counter}`, client, address, this.now(), stream);
    const { events } = this.options;
    connection.writer = new StreamWriter(stream, { ...defaultLimits, ...this.options.limits }, {
      drained: () => this.queue.resume(connection),
      stuck: (reason) => this.dropStuck(connection, reason),
    });
    connection.session = createXdsSession({
      types: this.options.types,
      now: this.now,
      send: (bytes) => connection.writer.write(bytes),
      events: {
        sent: (subscription, response) => events?.sent?.(connection, subscription, response),
        acked: (subscription) => events?.acked?.(connection, subscription),
        rejected: (subscription, rejection) => events?.rejected?.(connection, subscription, rejection),
        stale: (subscription) => events?.stale?.(connection, subscription),
      },
    });
    this.live.add(connection);
    events?.connected?.(connection);
    const view = this.options.source.view(client, undefined);
    if (view) connection.session.push(view);
    return connection;
  }

  private handle(connection: LiveConnection<Client>, request: DiscoveryRequest): void {
    const outcome = connection.session.request(request);
    if (outcome === 'unknown-type') this.options.events?.unknownType?.(connection, request.typeUrl);
    this.options.events?.requested?.(connection, outcome);
  }

  private pushTo(connection: LiveConnection<Client>, request: R): void {
    if (!this.live.has(connection)) return;
    const view = this.options.source.view(connection.client, request);
    const responses = view ? connection.session.push(view) : 0;
    this.options.events?.pushed?.(connection, request, responses);
  }

  private dropStuck(connection: LiveConnection<Client>, reason: string): void {
    this.options.events?.stuck?.(connection, reason);
    abortStream(connection.stream);
    if (this.streams.delete(connection.stream)) this.leave(connection);
  }

  private leave(connection: LiveConnection<Client>): void {
    if (!this.live.delete(connection)) return;
    connection.writer.close();
    this.queue.remove(connection);
    this.options.source.disconnect?.(connection.client);
    this.options.events?.disconnected?.(connection);
  }
}

function refuse(stream: DiscoveryStream, error: unknown): void {
  const code = error instanceof XdsRefusal ? error.code : status.INTERNAL;
  stream.emit('error', { code, details: error instanceof Error ? error.message : String(error) });
}
