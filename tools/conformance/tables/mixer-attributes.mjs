// mixer-attributes.json: what the proxy's Mixer client sends.
import { clientCases } from '../mixer-client-cases.mjs';

export const name = 'mixer-attributes';

export async function* cases({ readJson }) {
  yield* clientCases(await readJson('mixer-attributes.json'));
}
