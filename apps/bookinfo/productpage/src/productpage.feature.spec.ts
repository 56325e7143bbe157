import { json, MeshClient, readServiceConfig, startHttpService, type HttpService, type Routes } from '@quartet/bookinfo-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { productpageRoutes } from './routes.js';

const loopback = { host: '127.0.0.1', port: 0 };
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function serve(routes: Routes): Promise<HttpService> {
  const service = await startHttpService(loopback, routes);
  cleanUps.push(() => service.close());
  return service;
}

function clientOf(service: HttpService): MeshClient {
  const client = new MeshClient(service.address);
  cleanUps.push(() => client.close());
  return client;
}

const wellBehaved: Routes = {
  'GET /details/:id': () => json({ id: 0, author: 'A. Writer' }),
  'GET /reviews/:id': () => json({ id: '0', podname: 'reviews-v3', reviews: [{ reviewer: 'Reviewer1', text: 'Fine.', rating: { stars: 5, color: 'red' } }] }),
  'GET /ratings/:id': () => json({ id: 0, ratings: { Reviewer1: 5 } }),
};

/** productpage in front of one server that stands for the three others, as a sidecar's egress listener does. */
async function productpage(others: Routes = wellBehaved): Promise<MeshClient> {
  const config = readServiceConfig('productpage', {});
  return clientOf(await serve(productpageRoutes({ config, client: clientOf(await serve(others)) })));
}

describe('the product page', () => {
  it('is made of details and reviews', async () => {
    const { status, headers, body } = await (await productpage()).get('productpage', '/productpage');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain('A. Writer');
    expect(body).toContain('stars red');
    expect(body).toContain('reviews-v3');
  });

  it('stays up without reviews, and says what they answered', async () => {
    const { status, body } = await (await productpage({ ...wellBehaved, 'GET /reviews/:id': () => ({ status: 403, body: 'PERMISSION_DENIED:not you' }) })).get('productpage', '/productpage');
    expect(status).toBe(200);
    expect(body).toContain('HTTP 403, PERMISSION_DENIED:not you');
    expect(body).toContain('A. Writer');
  });

  it('asks a failing reviews service twice', async () => {
    let asked = 0;
    const reviews = () => (++asked === 1 ? json({}, 503) : json({ id: '0', podname: 'reviews-v1', reviews: [] }));
    const { body } = await (await productpage({ ...wellBehaved, 'GET /reviews/:id': reviews })).get('productpage', '/productpage');
    expect(asked).toBe(2);
    expect(body).toContain('reviews-v1');
  });

  it('has its style sheet and health', async () => {
    const client = await productpage();
    expect(await client.get('productpage', '/static/bookinfo.css')).toMatchObject({ status: 200, headers: { 'content-type': 'text/css' } });
    expect(await client.get('productpage', '/health')).toMatchObject({ status: 200, body: 'Product page is healthy' });
    expect(await client.get('productpage', '/')).toMatchObject({ status: 200 });
  });
});

describe('the API', () => {
  it('lists products', async () => {
    const { body } = await (await productpage()).get('productpage', '/api/v1/products');
    expect(JSON.parse(body)).toMatchObject([{ id: 0, title: 'The Comedy of Errors' }]);
  });

  it.each([
    ['/api/v1/products/0', { id: 0, author: 'A. Writer' }],
    ['/api/v1/products/0/reviews', { id: '0', podname: 'reviews-v3' }],
    ['/api/v1/products/0/ratings', { id: 0, ratings: { Reviewer1: 5 } }],
  ])('%s passes the service on', async (path, expected) => {
    const { status, body } = await (await productpage()).get('productpage', path);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject(expected);
  });

  it('passes a refusal on with its status', async () => {
    const client = await productpage({ ...wellBehaved, 'GET /ratings/:id': () => ({ status: 429, body: 'quota is exhausted' }) });
    const { status, body } = await client.get('productpage', '/api/v1/products/0/ratings');
    expect(status).toBe(429);
    expect(body).toContain('quota is exhausted');
  });

  it('knows no other product', async () => {
    expect(await (await productpage()).get('productpage', '/api/v1/products/9')).toMatchObject({ status: 404, body: '{"error":"no such product: 9"}' });
  });
});

describe('a signed-in user', () => {
  it('is end-user to the services behind, and signed out by the cookie', async () => {
    const users: unknown[] = [];
    const client = await productpage({ ...wellBehaved, 'GET /reviews/:id': ({ headers }) => (users.push(headers['end-user']), json({ id: '0', reviews: [] })) });
    await client.get('productpage', '/productpage', { headers: { cookie: 'other=1; bookinfo-user=jason' } });
    await client.get('productpage', '/productpage');
    await client.get('productpage', '/productpage', { headers: { 'end-user': 'from-outside' } });
    expect(users).toEqual(['jason', undefined, 'from-outside']);
    expect(await client.get('productpage', '/logout')).toMatchObject({ status: 302, headers: { location: '/productpage', 'set-cookie': [expect.stringContaining('Max-Age=0')] } });
  });
});
