import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { DiscoveryRequest } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { EventEmitter, once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ADS_METHOD, ADS_TYPES, CLUSTER_TYPE, DiscoveryClient, DiscoveryServer, encodeResource, ResourceSet, XdsRefusal, type DiscoveryServerEvents, type ResourceView,
} from './index.js';

type Events = DiscoveryServerEvents<string, string>;

function view(version: string, clusters: Record<string, Buffer>): ResourceView {
  const set = new ResourceSet(Object.entries(clusters).map(([name, bytes]) => encodeResource({ typeUrl: CLUSTER_TYPE, name }, bytes)));
  return { version, set: (typeUrl) => (typeUrl === CLUSTER_TYPE ? set : ResourceSet.empty) };
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


describe('the discovery server', () => {
  const signals = new EventEmitter();
  const grpc = new Server();
  const clients: DiscoveryClient[] = [];
  let port = 0;
  let current: ResourceView | undefined;
  let server: DiscoveryServer<string, string>;

  const connect = (id: string) => {
    const client = new DiscoveryClient({ target: `127.0.0.1:${port}`, method: ADS_METHOD, node: { id } });
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
    const client = connect('one');
    client.request({ typeUrl: CLUSTER_TYPE });
    const first = await client.response(1);
    expect(first).toMatchObject({ versionInfo: '1', nonce: '1' });
    client.ack(first);
    await once(signals, 'acked');

    current = view('2', { a: Buffer.from('A2') });
    expect(server.push('change')).toBe(1);
    expect(await client.response(2)).toMatchObject({ versionInfo: '2', nonce: '2' });

    client.ack(first);
    await once(signals, 'stale');
    client.nack(await client.response(2), 'bad cluster');
    const [rejection] = await once(signals, 'rejected');
    expect(rejection).toMatchObject({ nonce: '2', message: 'bad cluster' });
    const [connection] = server.connections;
    expect(connection?.session.subscription(CLUSTER_TYPE)).toMatchObject({ acked: { nonce: '1' }, sent: { nonce: '2' }, nacks: 1, stale: 1 });
  });

  it('lets a client wait until there is something to serve', async () => {
    const client = connect('early');
    client.request({ typeUrl: CLUSTER_TYPE });
    await once(signals, 'connected');
    current = view('1', { a: Buffer.from('A') });
    server.push('synced');
    expect(await client.response(1)).toMatchObject({ versionInfo: '1' });
  });

  it('refuses a node that the source refuses', async () => {
    const stranger = connect('stranger');
    stranger.request({ typeUrl: CLUSTER_TYPE });
    expect(await stranger.ended).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'node id "stranger": want 4 parts' });
    expect(server.connections.size).toBe(0);
  });

  it('closes a client that does not read, says so, and serves the others', async () => {
    current = view('1', { a: Buffer.alloc(3_000_000, 1) });
    const slow = connectWithoutReading(port, DiscoveryRequest.fromPartial({ typeUrl: CLUSTER_TYPE, node: { id: 'slow' } }));
    const stuck = once(signals, 'stuck');
    const gone = once(signals, 'disconnected');
    const quick = connect('quick');
    quick.request({ typeUrl: CLUSTER_TYPE });
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
    const client = connect('one');
    client.request({ typeUrl: CLUSTER_TYPE });
    await once(signals, 'connected');
    server.close();
    expect(await client.ended).toBeUndefined();
  });
});
