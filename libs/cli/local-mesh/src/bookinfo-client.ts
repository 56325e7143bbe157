import { fetchText, type HttpAnswer } from './http-client.js';
import { parsePrometheusText, type Sample } from './prometheus-text.js';
import { PODS } from './pods.js';
import type { Layout } from './layout.js';

export type ReviewsVersion = 'v1' | 'v2' | 'v3';

/** A user of the sample, outside the mesh: everything goes through the gateway. */
export class BookinfoClient {
  constructor(private readonly layout: Layout) {}

  get(path: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return fetchText(`${this.layout.gatewayUrl()}${path}`, { headers });
  }

  /** The version of reviews that answered: v1 has no ratings, v2 black stars, v3 red ones. @throws if it can't be told. */
  async reviewsVersion(): Promise<ReviewsVersion> {
    const { status, body } = await this.get('/api/v1/products/0/reviews');
    if (status !== 200) throw new Error(`reviews answered ${status}: ${body.slice(0, 200)}`);
    const { reviews } = JSON.parse(body) as { reviews: { rating?: { color?: string; error?: string } }[] };
    const rating = reviews[0]?.rating;
    if (rating === undefined) return 'v1';
    if (rating.color === 'black') return 'v2';
    if (rating.color === 'red') return 'v3';
    throw new Error(`unexpected reviews: ${body.slice(0, 200)}`);
  }

  /** The versions that answered `count` requests in a row. */
  async countVersions(count: number): Promise<Record<ReviewsVersion, number>> {
    const counts: Record<ReviewsVersion, number> = { v1: 0, v2: 0, v3: 0 };
    for (let sent = 0; sent < count; sent += 1) counts[await this.reviewsVersion()] += 1;
    return counts;
  }

  /** Istio's metrics as the mesh has them now: of Mixer's Prometheus adapter, or of every pod's Envoy where there is no Mixer. */
  async metrics(): Promise<Sample[]> {
    if (this.layout.mode === 'split') return this.mixerMetrics();
    const pages = await Promise.all(PODS.map(({ n }) => fetchText(`http://${this.layout.podIp(n)}:15020/stats/prometheus`)));
    return pages.flatMap(({ body }) => parsePrometheusText(body)).filter(({ name }) => name.startsWith('istio_'));
  }

  /** What Mixer's Prometheus adapter shows now. */
  async mixerMetrics(): Promise<Sample[]> {
    return parsePrometheusText((await fetchText(`http://${this.layout.control(4, 42422)}/metrics`)).body);
  }
}
