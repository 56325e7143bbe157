import { eventually, sumSamples, withTask } from '@quartet/local-mesh';
import { moveTraffic, openPage, page, task } from './common-stops.js';
import type { Stop, TourContext } from './tour.js';

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
  {
    title: 'Count: every request, from both of its sides',
    commands: ({ mesh }) => [`curl -s http://${mesh.layout.control(4, 42422)}/metrics | grep 'istio_requests_total.*productpage-v1'`],
    run: countExactly,
  },
];

/** Counted are requests that nothing else sends: for a product that there is not. */
async function countExactly({ client }: TourContext): Promise<string> {
  const sent = 25;
  const path = '/api/v1/products/404';
  const total = async () => {
    const samples = await client.mixerMetrics();
    const of = (reporter: string) => sumSamples(samples, 'istio_requests_total', { reporter, destination_workload: 'productpage-v1', response_code: '404' });
    return { source: of('source'), destination: of('destination') };
  };
  await eventually(() => client.get(path), ({ status }) => status === 404);
  const { answer: before } = await eventually(total, ({ source, destination }) => source > 0 && source === destination);
  for (let index = 0; index < sent; index += 1) {
    const { status } = await client.get(path);
    if (status !== 404) throw new Error(`expected 404 of the product API, got ${status}`);
  }
  const { answer, tookMs } = await eventually(total, ({ source, destination }) => source - before.source >= sent && destination - before.destination >= sent);
  const grew = { source: answer.source - before.source, destination: answer.destination - before.destination };
  if (grew.source !== sent || grew.destination !== sent) throw new Error(`sent ${sent}, counted ${grew.source} at the gateway and ${grew.destination} at the product page`);
  return `${sent} requests sent; istio_requests_total grew by ${grew.source} (reporter="source") and ${grew.destination} (reporter="destination") within ${tookMs} ms`;
}
