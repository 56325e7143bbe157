import { json, type Routes } from '@quartet/bookinfo-kit';

/** `/details/:id`: facts of a book. Every id is the same play, under that id. */
export function detailsRoutes(): Routes {
  return {
    'GET /health': () => json({ status: 'Details is healthy' }),
    'GET /details/:id': ({ params }) => {
      const id = Number(params['id']);
      if (!Number.isSafeInteger(id)) return json({ error: 'please provide numeric product id' }, 400);
      return json(bookDetails(id));
    },
  };
}

function bookDetails(id: number): Record<string, unknown> {
  return {
    id,
    author: 'William Shakespeare',
    year: 1595,
    type: 'paperback',
    pages: 200,
    publisher: 'PublisherA',
    language: 'English',
    'ISBN-10': '1234567890',
    'ISBN-13': '123-1234567890',
  };
}
