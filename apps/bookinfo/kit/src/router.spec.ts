import { describe, expect, it } from 'vitest';
import { createRouter, json, type Routes } from './router.js';

const routes: Routes = {
  'GET /': () => json('root'),
  'GET /books/:id': () => json('book'),
  'POST /books/:id': () => json('posted'),
  'GET /books/:id/reviews': () => json('reviews'),
};
const route = createRouter(routes);

describe('createRouter', () => {
  it.each([
    ['GET', '/', 'GET /', {}],
    ['GET', '/books/7', 'GET /books/:id', { id: '7' }],
    ['HEAD', '/books/7', 'GET /books/:id', { id: '7' }],
    ['POST', '/books/7', 'POST /books/:id', { id: '7' }],
    ['GET', '/books/a%2Fb', 'GET /books/:id', { id: 'a/b' }],
    ['GET', '/books/7/reviews', 'GET /books/:id/reviews', { id: '7' }],
  ])('%s %s is served by %s', (method, path, key, params) => {
    expect(route(method, path)).toEqual({ handler: routes[key], params });
  });

  it.each([
    ['GET', '/books', 404],
    ['GET', '/books/', 404],
    ['GET', '/books/7/reviews/1', 404],
    ['GET', '/books/%zz', 404],
    ['DELETE', '/books/7', 405],
  ])('%s %s is refused with %i', (method, path, status) => {
    expect(route(method, path)).toEqual({ status });
  });
});
