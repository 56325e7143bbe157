import { Client, credentials, Server, ServerCredentials, status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { DiscoveryRequest, DiscoveryResponse } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { EventEmitter, once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ADS_METHOD, ADS_TYPES, CLUSTER_TYPE, DiscoveryServer, encodeResource, ResourceSet, XdsRefusal, type DiscoveryServerEvents, type ResourceView,
} from './index.js';

type Events = DiscoveryServerEvents<string, string>;

function view(version: string, clusters: Record<string, Buffer>): ResourceView {
  const set = new ResourceSet(Object.entries(clusters).map(([name, bytes]) => encodeResource({ typeUrl: CLUSTER_TYPE, name }, bytes)));
  return { version, set: (typeUrl) => (typeUrl === CLUSTER_TYPE ? set : ResourceSet.empty) };
}

/** A client that remembers what came and lets a test wait for the n-th response. */
class TestClient {
  readonly responses: DiscoveryResponse[] = [];
  readonly ended: Promise<ServiceError | undefined>;
  private readonly arrivals = new EventEmitter();
  private readonly client: Client;
  readonly stream: ClientDuplexStream<DiscoveryRequest, DiscoveryResponse>;

  constructor(port: number) {
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
    this.stream = this.client.makeBidiStreamRequest(
      ADS_METHOD, (request: DiscoveryRequest) => Buffer.from(DiscoveryRequest.encode(request).finish()), (bytes) => DiscoveryResponse.decode(bytes),
    );
    this.stream.on('data', (response: DiscoveryResponse) => {
      this.responses.push(response);
      this.arrivals.emit('response');
    });
    this.ended = new Promise((resolve) => {
      this.stream.on('error', (error: ServiceError) => resolve(error));
      this.stream.on('end', () => resolve(undefined));
    });
  }

  send(request: Partial<DiscoveryRequest>): void {
    this.stream.write(DiscoveryRequest.fromPartial({ typeUrl: CLUSTER_TYPE, ...request }));
  }

  async response(n: number): Promise<DiscoveryResponse> {
    while (this.responses.length < n) await once(this.arrivals, 'response');
    return this.responses[n - 1]!;
  }

  close(): void {
    this.stream.cancel();
    this.client.close();
  }
}

/** A client that opens its window for the first bytes only. */
function connectWithoutReading(port: number, request: DiscoveryRequest): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':method': 'POST', ':path': ADS_METHOD, 'content-type': 'application/grpc', te: 'trailers' });
  const message = DiscoveryRequest.encode(request).finish();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.on('error', () => {});
  stream.write(Buffer.concat([head, message]));
  return session;
}

const node = (id: string) => ({ node: { id, cluster: '', extensions: [], clientFeatures: [], listeningAddresses: [], dynamicParameters: {}, userAgentName: '' } });

describe('the discovery server', () => {
  const signals = new EventEmitter();
  const grpc = new Server();
  const clients: TestClient[] = [];
  let port = 0;
  let current: ResourceView | undefined;
  let server: DiscoveryServer<string, string>;

  const connect = () => {
    const client = new TestClient(port);
    clients.push(client);
    return client;
  };

  beforeEach(async () => {
    current = undefined;
    const events: Events = {
      disconnected: ({ client }) => signals.emit('disconnected', client),
      stuck: ({ client }, reason) => signals.emit('stuck', client, reason),
      rejected: (_connection, _subscription, rejection) => signals.emit('rejected', rejection),
      stale: () => signals.emit('stale'),
      acked: () => signals.emit('acked'),
      connected: () => signals.emit('connected'),
    };
    server = new DiscoveryServer<string, string>({
      method: ADS_METHOD, types: ADS_TYPES, events, merge: (a, b) => `${a}+${b}`, limits: { sendTimeoutMs: 200 },
      source: {
        connect: ({ id }) => {
          if (id === 'stranger') throw new XdsRefusal(status.INVALID_ARGUMENT, 'node id "stranger": want 4 parts');
          return id;
        },
        view: () => current,
      },
    });
    if (port === 0) {
      server.addTo(grpc);
      port = await new Promise<number>((resolve, reject) => grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
    } else {
      grpc.removeService({ stream: { path: ADS_METHOD } } as never);
      server.addTo(grpc);
    }
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    server.close();
  });

  it('answers, pushes, and records what the client says', async () => {
    current = view('1', { a: Buffer.from('A') });
    const client = connect();
    client.send(node('one'));
    const first = await client.response(1);
    expect(first).toMatchObject({ versionInfo: '1', nonce: '1' });
    client.send({ versionInfo: '1', responseNonce: '1' });
    await once(signals, 'acked');

    current = view('2', { a: Buffer.from('A2') });
    expect(server.push('change')).toBe(1);
    expect(await client.response(2)).toMatchObject({ versionInfo: '2', nonce: '2' });

    client.send({ versionInfo: '1', responseNonce: '1' });
    await once(signals, 'stale');
    client.send({ versionInfo: '1', responseNonce: '2', errorDetail: { code: 3, message: 'bad cluster', details: [] } });
    const [rejection] = await once(signals, 'rejected');
    expect(rejection).toMatchObject({ nonce: '2', message: 'bad cluster' });
    const [connection] = server.connections;
    expect(connection?.session.subscription(CLUSTER_TYPE)).toMatchObject({ acked: { nonce: '1' }, sent: { nonce: '2' }, nacks: 1, stale: 1 });
  });

  it('lets a client wait until there is something to serve', async () => {
    const client = connect();
    client.send(node('early'));
    await once(signals, 'connected');
    current = view('1', { a: Buffer.from('A') });
    server.push('synced');
    expect(await client.response(1)).toMatchObject({ versionInfo: '1' });
  });

  it('refuses a stream without a node and a node that the source refuses', async () => {
    const nameless = connect();
    nameless.send({});
    expect(await nameless.ended).toMatchObject({ code: status.INVALID_ARGUMENT });
    const stranger = connect();
    stranger.send(node('stranger'));
    expect(await stranger.ended).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'node id "stranger": want 4 parts' });
    expect(server.connections.size).toBe(0);
  });

  it('closes a client that does not read, says so, and serves the others', async () => {
    current = view('1', { a: Buffer.alloc(3_000_000, 1) });
    const slow = connectWithoutReading(port, DiscoveryRequest.fromPartial({ typeUrl: CLUSTER_TYPE, ...node('slow') }));
    const stuck = once(signals, 'stuck');
    const gone = once(signals, 'disconnected');
    const quick = connect();
    quick.send(node('quick'));
    await quick.response(1);
    current = view('2', { a: Buffer.from('small') });
    server.push('change');
    expect(await quick.response(2)).toMatchObject({ versionInfo: '2' });
    const [client, reason] = await stuck;
    expect([client, reason]).toEqual(['slow', 'it took nothing for 200 ms']);
    expect(await gone).toEqual(['slow']);
    expect([...server.connections].map((connection) => connection.client)).toEqual(['quick']);
    slow.destroy();
  });

  it('ends its streams when it closes', async () => {
    const client = connect();
    client.send(node('one'));
    await once(signals, 'connected');
    server.close();
    expect(await client.ended).toBeUndefined();
  });
});
