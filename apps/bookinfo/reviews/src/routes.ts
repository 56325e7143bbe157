import { json, type MeshClient, propagatedHeaders, type Request, type Routes, type ServiceConfig } from '@quartet/bookinfo-kit';

/** Ratings are worth waiting for, but not as long as the page waits for reviews. */
const ratingsTimeoutMs = 2_500;

interface Rating {
  readonly stars?: number;
  readonly color?: string;
  readonly error?: string;
}

const texts = [
  { reviewer: 'Reviewer1', text: 'Two pairs of twins, one town, and not a quiet minute: I laughed from the first door slammed to the last.' },
  { reviewer: 'Reviewer2', text: 'Light and quick, a good evening; next to the later plays it is rather thin.' },
];

/** Star colours by version; v1 shows no stars and does not ask for ratings. */
const starColors: Readonly<Record<string, string>> = { v2: 'black', v3: 'red' };

/** `/reviews/:id`: two reviews, from v2 on with stars from the ratings service. */
export function reviewsRoutes({ config, client }: { config: ServiceConfig; client: Pick<MeshClient, 'get'> }): Routes {
  const color = starColors[config.version];
  return {
    'GET /health': () => json({ status: 'Reviews is healthy' }),
    'GET /reviews/:id': async (request) => {
      const id = request.params['id'] ?? '';
      const rating = color === undefined ? () => ({}) : await fetchRatings({ config, client }, request, color);
      const reviews = texts.map((review) => ({ ...review, ...rating(review.reviewer) }));
      return json({ id, podname: config.instance, reviews });
    },
  };
}

type RatingOf = (reviewer: string) => { rating?: Rating };

async function fetchRatings({ config, client }: { config: ServiceConfig; client: Pick<MeshClient, 'get'> }, request: Request, color: string): Promise<RatingOf> {
  const unavailable: RatingOf = () => ({ rating: { error: 'Ratings service is currently unavailable' } });
  try {
    const path = `/ratings/${encodeURIComponent(request.params['id'] ?? '')}`;
    const answer = await client.get(config.hosts.ratings, path, { headers: propagatedHeaders(request.headers), timeoutMs: ratingsTimeoutMs });
    if (answer.status !== 200) return unavailable;
    const { ratings } = JSON.parse(answer.body) as { ratings?: Record<string, number> };
    return (reviewer) => {
      const stars = ratings?.[reviewer];
      return typeof stars === 'number' ? { rating: { stars, color } } : unavailable(reviewer);
    };
  } catch {
    return unavailable;
  }
}
