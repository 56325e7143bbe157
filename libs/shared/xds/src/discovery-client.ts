import { EventEmitter, once } from 'node:events';
import { Client, credentials, type ChannelCredentials, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import type { Node } from '@quartet/api/envoy/config/core/v3/base';
import { DiscoveryRequest, DiscoveryResponse } from '@quartet/api/envoy/service/discovery/v3/discovery';

export interface DiscoveryClientOptions {
  /** `host:port` or `unix:path`. */
  readonly target: string;
  /** ADS_METHOD, SDS_METHOD. */
  readonly method: string;
  /** Sent with the first request. */
  readonly node: Pick<Node, 'id'> & Partial<Pick<Node, 'cluster' | 'metadata' | 'locality'>>;
  readonly credentials?: ChannelCredentials;
}

/** A small state-of-the-world client that does nothing by itself: for tools, benchmarks and tests. */
export class DiscoveryClient {
  /** Everything that came, in order. */
  readonly responses: DiscoveryResponse[] = [];
  /** Resolves when the stream is over: with its error, or undefined after an orderly end. */
  readonly ended: Promise<ServiceError | undefined>;
  private readonly arrivals = new EventEmitter().setMaxListeners(0);
  private readonly client: Client;
  private readonly stream: ClientDuplexStream<DiscoveryRequest, DiscoveryResponse>;
  private introduced = false;

  constructor(private readonly options: DiscoveryClientOptions) {
    this.client = new Client(options.target, options.credentials ?? credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1, 'grpc.max_receive_message_length': -1,
    });
    this.stream = this.client.makeBidiStreamRequest(options.method, (request: DiscoveryRequest) => Buffer.from(DiscoveryRequest.encode(request).finish()), (bytes) => DiscoveryResponse.decode(bytes));
    this.stream.on('data', (response: DiscoveryResponse) => {
      this.responses.push(response);
      this.arrivals.emit('change');
    });
    this.ended = new Promise((resolve) => {
      this.stream.on('error', (error: ServiceError) => resolve(error));
      this.stream.on('end', () => resolve(undefined));
    });
    void this.ended.then(() => this.arrivals.emit('change'));
  }

  /** Sends a request; the first one introduces the node. */
  request(request: { readonly typeUrl: string } & Partial<DiscoveryRequest>): void {
    const node = this.introduced ? undefined : (this.options.node as Node);
    this.introduced = true;
    this.stream.write(DiscoveryRequest.fromPartial({ ...request, ...(node ? { node } : {}) }));
  }

  /** Accepts a response; `names` are those watched (none for clusters and listeners). */
  ack({ typeUrl, versionInfo, nonce }: DiscoveryResponse, names: readonly string[] = []): void {
    this.request({ typeUrl, versionInfo, responseNonce: nonce, resourceNames: [...names] });
  }

  /** Refuses a response. */
  nack({ typeUrl, nonce }: DiscoveryResponse, message: string, names: readonly string[] = []): void {
    this.request({ typeUrl, responseNonce: nonce, resourceNames: [...names], errorDetail: { code: 3, message, details: [] } });
  }

  /** The n-th response (from 1), of one type if asked. @throws Error if the stream ends before it comes */
  async response(n: number, typeUrl?: string): Promise<DiscoveryResponse> {
    let over = false;
    void this.ended.then(() => (over = true));
    for (;;) {
      const found = this.responses.filter((response) => typeUrl === undefined || response.typeUrl === typeUrl)[n - 1];
      if (found) return found;
      if (over) throw new Error(`the stream ended before response ${n}${typeUrl === undefined ? '' : ` of ${typeUrl}`}`);
      await once(this.arrivals, 'change');
    }
  }

  close(): void {
    this.stream.cancel();
    this.client.close();
  }
}
