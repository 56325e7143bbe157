import { MeshClient, startHttpService } from '@quartet/bookinfo-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detailsRoutes } from './routes.js';

describe('details', () => {
  let client: MeshClient;
  let service: Awaited<ReturnType<typeof startHttpService>>;
  beforeAll(async () => {
    service = await startHttpService({ host: '127.0.0.1', port: 0 }, detailsRoutes());
    client = new MeshClient(service.address);
  });
  afterAll(async () => {
    client.close();
    await service.close();
  });

  it('describes a book', async () => {
    const { status, body } = await client.get('details', '/details/7');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      id: 7, author: 'William Shakespeare', year: 1595, type: 'paperback', pages: 200, publisher: 'PublisherA', language: 'English',
      'ISBN-10': '1234567890', 'ISBN-13': '123-1234567890',
    });
  });

  it('wants a number', async () => {
    expect(await client.get('details', '/details/x')).toMatchObject({ status: 400, body: '{"error":"please provide numeric product id"}' });
  });

  it('is healthy', async () => {
    expect(await client.get('details', '/health')).toMatchObject({ status: 200, body: '{"status":"Details is healthy"}' });
  });
});
