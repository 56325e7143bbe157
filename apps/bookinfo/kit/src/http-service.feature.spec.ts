import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from './address.js';
import { startHttpService, type HttpService } from './http-service.js';
import { MeshClient } from './mesh-client.js';
import { json, type Routes } from './router.js';

const loopback = { host: '127.0.0.1', port: 0 };
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function serve(routes: Routes, onError?: (error: unknown) => void): Promise<HttpService> {
  const service = await startHttpService(loopback, routes, onError);
  cleanUps.push(() => service.close());
  return service;
}

async function peer(handle: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<Address> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

function client(egress?: Address): MeshClient {
  const made = new MeshClient(egress);
  cleanUps.push(() => made.close());
  return made;
}

describe('an HTTP service', () => {
  it('answers by route, with errors as JSON', async () => {
    const failures: unknown[] = [];
    const service = await serve({ 'GET /a/:id': ({ params }) => json(params), 'GET /broken': () => { throw new Error('no'); } }, (error) => failures.push(error));
    const get = (path: string) => client(service.address).get('a', path);
    expect(await get('/a/1?x=y')).toMatchObject({ status: 200, body: '{"id":"1"}' });
    expect(await get('/b')).toMatchObject({ status: 404, body: '{"error":"no such path: /b"}' });
    expect(await get('/broken')).toMatchObject({ status: 500, body: '{"error":"internal error"}' });
    expect(failures).toEqual([new Error('no')]);
  });

  it('lets a running request end when it is closed, and takes no new one', async () => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const service = await serve({
      'GET /slow': async () => {
        arrived.resolve();
        await release.promise;
        return json('done');
      },
    });
    const answer = client(service.address).get('a', '/slow');
    await arrived.promise;
    const closed = service.close();
    release.resolve();
    expect(await answer).toMatchObject({ status: 200, body: '"done"' });
    await closed;
    const refused = connect(service.address.port, service.address.host);
    await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('MeshClient', () => {
  it('goes to the egress address and names the service in Host', async () => {
    const seen: (string | undefined)[][] = [];
    const egress = await peer((incoming, outgoing) => {
      seen.push([incoming.headers.host, incoming.headers['x-request-id'] as string]);
      outgoing.end('ok');
    });
    const answer = await client(egress).get('reviews:9080', '/reviews/0', { headers: { 'x-request-id': 'r1' } });
    expect(answer).toMatchObject({ status: 200, body: 'ok' });
    expect(seen).toEqual([['reviews:9080', 'r1']]);
  });

  it('keeps its connection', async () => {
    const sockets = new Set<unknown>();
    const egress = await peer((incoming, outgoing) => {
      sockets.add(incoming.socket);
      outgoing.end('ok');
    });
    const caller = client(egress);
    for (let count = 0; count < 5; count++) await caller.get('a', '/');
    expect(sockets.size).toBe(1);
  });

  it('sends again when a kept connection turns out to be closed', async () => {
    let requests = 0;
    const egress = await peer((incoming, outgoing) => {
      requests++;
      if (requests === 2) incoming.socket.resetAndDestroy();
      else outgoing.end(`answer ${requests}`);
    });
    const caller = client(egress);
    expect(await caller.get('a', '/')).toMatchObject({ body: 'answer 1' });
    expect(await caller.get('a', '/')).toMatchObject({ body: 'answer 3' });
  });

  it('says who did not answer, and when it gave up', async () => {
    const egress = await peer(() => {});
    await expect(client(egress).get('details:9080', '/details/0', { timeoutMs: 30 })).rejects.toThrow('details:9080/details/0: no answer within 30 ms');
  });

  it('says who refused', async () => {
    const gone = await startHttpService(loopback, {});
    await gone.close();
    await expect(client(gone.address).get('details:9080', '/')).rejects.toThrow(/^details:9080\/: .*ECONNREFUSED/);
  });
});
