// mixer-adapters.json: what Istio's adapters make of params and calls.
import { adapterCases } from '../mixer-adapter-cases.mjs';

export const name = 'mixer-adapters';

export async function* cases({ readJson }) {
  const [tests, manifests] = await Promise.all([readJson('mixer-adapters.json'), readJson('expressions-manifests.json')]);
  yield* adapterCases(tests, Object.assign({}, ...Object.values(manifests)));
}
