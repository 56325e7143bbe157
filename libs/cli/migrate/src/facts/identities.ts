import { and, lit, not, or, type Formula } from '../formula/formula.js';
import { exact } from '../formula/text-match.js';
import { NotTranslatable } from '../not-translatable.js';
import type { MeshFacts } from './mesh-facts.js';

type Labels = Readonly<Record<string, string>>;

/**
 * A test of the client's labels, said by its identity: Envoy knows the client's certificate and not its labels. It holds
 * for the pods of the configuration; an unknown client has no labels.
 * @throws NotTranslatable if pods of one service account differ
 */
export function clientLabels(facts: MeshFacts, attribute: string, test: (labels: Labels) => boolean): Formula {
  if (facts.pods.length === 0) throw new NotTranslatable(`${attribute}: Envoy does not know the client's labels, and the folder has no Pods whose service accounts would tell; use source.principal`);
  const results = new Map<string, { name: string; result: boolean }>();
  for (const { name, namespace, serviceAccount, labels } of facts.pods) {
    const principal = `${facts.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
    const result = test(labels);
    const known = results.get(principal);
    if (known && known.result !== result) {
      throw new NotTranslatable(`${attribute}: Envoy knows a client by its certificate only, and the pods ${known.name} and ${name} differ in this but share the service account ${namespace}/${serviceAccount}; give them one each`);
    }
    results.set(principal, { name, result });
  }
  const unknown = test({});
  const different = [...results].filter(([, { result }]) => result !== unknown).map(([principal]) => lit({ kind: 'principal', match: exact(principal) }));
  return unknown ? and(...different.map(not)) : or(...different);
}
