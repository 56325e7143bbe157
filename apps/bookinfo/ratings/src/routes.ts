import { json, type Answer, type Routes } from '@quartet/bookinfo-kit';

const initialRatings: Readonly<Record<string, number>> = { Reviewer1: 5, Reviewer2: 4 };
const maxProducts = 1000;

/** `/ratings/:id`: stars by reviewer. POST replaces them for that product, for as long as this process lives. */
export function ratingsRoutes(): Routes {
  const stored = new Map<number, Record<string, number>>();
  return {
    'GET /health': () => json({ status: 'Ratings is healthy' }),
    'GET /ratings/:id': ({ params }) => withProduct(params['id'], (id) => json({ id, ratings: stored.get(id) ?? initialRatings })),
    'POST /ratings/:id': ({ params, body }) =>
      withProduct(params['id'], (id) => {
        const ratings = parseRatings(body);
        if (!ratings) return json({ error: 'please provide valid ratings JSON' }, 400);
        if (stored.size >= maxProducts && !stored.has(id)) return json({ error: `ratings of ${maxProducts} products are kept, no more` }, 507);
        stored.set(id, ratings);
        return json({ id, ratings });
      }),
  };
}

function withProduct(text: string | undefined, answer: (id: number) => Answer): Answer {
  const id = Number(text);
  return Number.isSafeInteger(id) ? answer(id) : json({ error: 'please provide numeric product ID' }, 400);
}

function parseRatings(body: string): Record<string, number> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.values(value).every((stars) => typeof stars === 'number' && stars >= 0 && stars <= 5) ? (value as Record<string, number>) : undefined;
  } catch {
    return undefined;
  }
}
