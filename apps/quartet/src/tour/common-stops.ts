import { eventually, withTask } from '@quartet/local-mesh';
import type { Stop, TourContext } from './tour.js';

export const page = ({ mesh }: TourContext): string => mesh.layout.gatewayUrl();
export const task = (name: string): string => `-f examples/bookinfo/tasks/${name}`;

export const openPage: Stop = {
  title: 'Open the product page',
  commands: (context) => [`curl ${page(context)}/productpage`],
  run: async ({ client }) => {
    const { status, body } = await client.get('/productpage');
    if (status !== 200) throw new Error(`the page answered ${status}`);
    const versions = await client.countVersions(12);
    const seen = Object.entries(versions).filter(([, count]) => count > 0);
    if (seen.length !== 3) throw new Error(`expected answers of all three versions of reviews, got ${JSON.stringify(versions)}`);
    return `200, ${body.length} bytes of page; 12 requests were answered by reviews ${seen.map(([version, count]) => `${version} (${count}x)`).join(', ')}`;
  },
};

export const moveTraffic: Stop = {
  title: 'Move traffic: all of it to reviews v3',
  commands: () => [`npx quartet apply ${task('reviews-v3.yaml')}`, `npx quartet delete ${task('reviews-v3.yaml')}`],
  run: ({ client, mesh }) =>
    withTask(mesh.layout, 'reviews-v3.yaml', async () => {
      const { tookMs } = await eventually(() => client.countVersions(5), ({ v3 }) => v3 === 5);
      const { v1, v2, v3 } = await client.countVersions(20);
      if (v3 !== 20) throw new Error(`of 20 requests v1 answered ${v1}, v2 ${v2}, v3 ${v3}`);
      return `traffic moved ${tookMs} ms after the file was written; then 20 of 20 requests were answered by v3`;
    }),
};
