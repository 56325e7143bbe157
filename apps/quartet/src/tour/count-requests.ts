import { eventually, sumSamples } from '@quartet/local-mesh';
import type { Stop, TourContext } from './tour.js';

/** Where the metrics are depends on the mode, what they say does not. */
export function countRequests(commands: Stop['commands']): Stop {
  return { title: 'Count: every request, from both of its sides', commands, run: countExactly };
}

/** Counted are requests that nothing else sends: for a product that there is not. */
async function countExactly({ client }: TourContext): Promise<string> {
  const sent = 25;
  const path = '/api/v1/products/404';
  const total = async () => {
    const samples = await client.metrics();
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
