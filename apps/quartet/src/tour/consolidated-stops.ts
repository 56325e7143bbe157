import { eventually, withTask } from '@quartet/local-mesh';
import { countRequests } from './count-requests.js';
import { moveTraffic, openPage, page, task } from './common-stops.js';
import type { Stop } from './tour.js';

const ratings = '/api/v1/products/0/ratings';

/** The things to try without Mixer: what it decided, Envoy decides. */
export const CONSOLIDATED_STOPS: readonly Stop[] = [
  openPage,
  moveTraffic,
  {
    title: 'Deny: only reviews may call ratings, by the identity in its certificate',
    commands: (context) => [`npx quartet apply ${task('ratings-for-reviews.yaml')}`, `curl -i ${page(context)}${ratings}`],
    run: ({ client, mesh }) =>
      withTask(mesh.layout, 'ratings-for-reviews.yaml', async () => {
        const { answer } = await eventually(() => client.get(ratings), ({ status }) => status === 403);
        if (!answer.body.includes('RBAC: access denied')) throw new Error(`403, but the body is ${answer.body}`);
        const { v2, v3 } = await client.countVersions(9);
        if (v2 + v3 === 0) throw new Error('reviews with stars should still get their ratings, but none answered');
        return `403 "RBAC: access denied" of ratings' Envoy for the product page; reviews still gets its stars (${v2 + v3}x)`;
      }),
  },
  {
    title: 'Limit: five requests in ten seconds for each user',
    commands: (context) => [`npx quartet apply ${task('limit-productpage.yaml')}`, `for i in 1 2 3 4 5 6 7 8; do curl -s -o /dev/null -w '%{http_code} ' -H 'end-user: ann' ${page(context)}/api/v1/products; done`],
    run: ({ client, mesh }) =>
      withTask(mesh.layout, 'limit-productpage.yaml', async () => {
        const { answer } = await eventually(() => client.get('/api/v1/products', { 'end-user': 'ann' }), ({ status }) => status === 429, { intervalMs: 20 });
        const other = await client.get('/api/v1/products', { 'end-user': 'ben' });
        if (other.status !== 200) throw new Error(`another user should pass, but got ${other.status}`);
        return `429 "${answer.body.trim()}" for the one who asked too often, ${other.status} for another`;
      }),
  },
  countRequests(({ mesh }) => [1, 11].map((n) => `curl -s http://${mesh.layout.podIp(n)}:15020/stats/prometheus | grep 'istio_requests_total.*destination_workload="productpage-v1"'`)),
];
