// mixer-attributes.json: what the proxy's Mixer client sends, and what Mixer makes of it.
import { serverCases } from '../mixer-attribute-cases.mjs';
import { clientCases } from '../mixer-client-cases.mjs';

export const name = 'mixer-attributes';

export async function* cases({ readJson }) {
  const tests = await readJson('mixer-attributes.json');
  yield* clientCases(tests);
  yield* serverCases(tests);
}
