import type { Answer, Request } from '@quartet/bookinfo-kit';
import { describe, expect, it } from 'vitest';
import { ratingsRoutes } from './routes.js';

const request = (id: string, body = ''): Request => ({ method: 'GET', path: '', params: { id }, headers: {}, body });

describe('ratings', () => {
  const routes = ratingsRoutes();
  const call = (route: string, id: string, body?: string): Answer => routes[route]?.(request(id, body)) as Answer;

  it('has two for every product', () => {
    expect(call('GET /ratings/:id', '0')).toMatchObject({ status: 200, body: '{"id":0,"ratings":{"Reviewer1":5,"Reviewer2":4}}' });
  });

  it('keeps what is posted, for that product', () => {
    expect(call('POST /ratings/:id', '5', '{"Reviewer1":1}')).toMatchObject({ status: 200, body: '{"id":5,"ratings":{"Reviewer1":1}}' });
    expect(call('GET /ratings/:id', '5').body).toBe('{"id":5,"ratings":{"Reviewer1":1}}');
    expect(call('GET /ratings/:id', '6').body).toContain('"Reviewer1":5');
  });

  it.each(['{', '[]', '{"Reviewer1":"five"}', '{"Reviewer1":9}'])('refuses %s', (body) => {
    expect(call('POST /ratings/:id', '5', body)).toMatchObject({ status: 400 });
  });

  it('wants a number', () => {
    expect(call('GET /ratings/:id', 'x')).toMatchObject({ status: 400, body: '{"error":"please provide numeric product ID"}' });
  });
});
