import { eventually, withTask } from '@quartet/local-mesh';
import { countRequests } from './count-requests.js';
import { moveTraffic, openPage, page, task } from './common-stops.js';
import type { Stop } from './tour.js';

/** The five things to try of the README. */
export const SPLIT_STOPS: readonly Stop[] = [
  openPage,
  moveTraffic,
  {
    title: 'Deny: nobody may see the ratings API',
    commands: (context) => [`npx quartet apply ${task('deny-ratings.yaml')}`, `curl -i ${page(context)}/api/v1/products/0/ratings`],
    run: ({ client, mesh }) =>
      withTask(mesh.layout, 'deny-ratings.yaml', async () => {
        const { answer } = await eventually(() => client.get('/api/v1/products/0/ratings'), ({ status }) => status === 403);
        if (!answer.body.includes('ratings are not for you')) throw new Error(`403, but the body is ${answer.body}`);
        const other = await client.get('/api/v1/products/0/reviews');
        if (other.status !== 200) throw new Error(`the reviews API should stay open, but answered ${other.status}`);
        return `403 "${answer.body.trim()}" on the ratings API, ${other.status} on the reviews API`;
      }),
  },
  {
    title: 'Limit: five requests in ten seconds for each user',
    commands: (context) => [`npx quartet apply ${task('quota-productpage.yaml')}`, `for i in 1 2 3 4 5 6 7 8; do curl -s -o /dev/null -w '%{http_code} ' -H 'end-user: ann' ${page(context)}/api/v1/products; done`],
    run: ({ client, mesh }) =>
      withTask(mesh.layout, 'quota-productpage.yaml', async () => {
        const { answer } = await eventually(() => client.get('/api/v1/products', { 'end-user': 'ann' }), ({ status }) => status === 429, { intervalMs: 20 });
        const other = await client.get('/api/v1/products', { 'end-user': 'ben' });
        if (other.status !== 200) throw new Error(`another user should pass, but got ${other.status}`);
        return `429 "${answer.body.trim()}" for the one who asked too often, ${other.status} for another`;
      }),
  },
  countRequests(({ mesh }) => [`curl -s http://${mesh.layout.control(4, 42422)}/metrics | grep 'istio_requests_total.*productpage-v1'`]),
];
