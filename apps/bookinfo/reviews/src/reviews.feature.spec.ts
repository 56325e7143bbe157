import { json, MeshClient, readServiceConfig, startHttpService, type HttpService, type Request, type Routes } from '@quartet/bookinfo-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { reviewsRoutes } from './routes.js';

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

/** reviews of a version in front of a ratings service. */
async function reviews(version: string, ratings: Routes): Promise<MeshClient> {
  const config = readServiceConfig('reviews', { SERVICE_VERSION: version });
  return clientOf(await serve(reviewsRoutes({ config, client: clientOf(await serve(ratings)) })));
}

const fiveAndFour: Routes = { 'GET /ratings/:id': () => json({ id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } }) };

async function ratingsOf(client: MeshClient): Promise<unknown[]> {
  const { status, body } = await client.get('reviews', '/reviews/0');
  expect(status).toBe(200);
  return (JSON.parse(body) as { reviews: { rating?: unknown }[] }).reviews.map(({ rating }) => rating);
}

describe('reviews', () => {
  it('v1 shows no stars and does not ask for ratings', async () => {
    let asked = 0;
    const client = await reviews('v1', { 'GET /ratings/:id': () => json({ asked: asked++ }) });
    expect(await ratingsOf(client)).toEqual([undefined, undefined]);
    expect(asked).toBe(0);
  });

  it.each([['v2', 'black'], ['v3', 'red']])('%s shows %s stars', async (version, color) => {
    const client = await reviews(version, fiveAndFour);
    expect(await ratingsOf(client)).toEqual([{ stars: 5, color }, { stars: 4, color }]);
  });

  it('names the instance that answered', async () => {
    const { body } = await (await reviews('v2', fiveAndFour)).get('reviews', '/reviews/3');
    expect(JSON.parse(body)).toMatchObject({ id: '3', podname: 'reviews-v2', reviews: [{ reviewer: 'Reviewer1' }, { reviewer: 'Reviewer2' }] });
  });

  it.each<[string, Routes]>([
    ['fails', { 'GET /ratings/:id': () => json({}, 503) }],
    ['answers nonsense', { 'GET /ratings/:id': () => ({ status: 200, body: '<html>' }) }],
    ['has no stars for the reviewer', { 'GET /ratings/:id': () => json({ ratings: {} }) }],
  ])('answers without stars when ratings %s', async (_what, ratings) => {
    const error = 'Ratings service is currently unavailable';
    expect(await ratingsOf(await reviews('v3', ratings))).toEqual([{ error }, { error }]);
  });

  it('hands tracing and user headers on to ratings', async () => {
    const seen: Request['headers'][] = [];
    const client = await reviews('v2', { 'GET /ratings/:id': ({ headers }) => (seen.push(headers), json({ ratings: {} })) });
    await client.get('reviews', '/reviews/0', { headers: { 'x-request-id': 'r7', 'x-b3-traceid': 't7', 'end-user': 'jason' } });
    expect(seen).toMatchObject([{ 'x-request-id': 'r7', 'x-b3-traceid': 't7', 'end-user': 'jason', host: 'ratings:9080' }]);
  });
});
