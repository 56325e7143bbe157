import { ExprError } from '@quartet/mixer-expr';
import type { ConfigObject } from '@quartet/model';
import type { AuthorizationPolicy } from '@quartet/api/istio/security/v1beta1/authorization';
import type { MeshFacts } from '../facts/mesh-facts.js';
import { never, type Formula } from '../formula/formula.js';
import { nameOf, type MixerAction } from '../mixer/mixer-config.js';
import type { NotCarried } from '../not-carried.js';
import { NotTranslatable } from '../not-translatable.js';
import type { Document } from '../output/document.js';
import { allowPolicy } from './allow-policy.js';
import { denialOf, type Denial } from './denial.js';
import { denyFilter } from './deny-filter.js';
import { overlaps, splitByTarget, type Target } from './target.js';

interface Candidate {
  readonly denial: Denial;
  readonly name: string;
  readonly target: Target;
  readonly http: Formula;
  readonly tcp: Formula;
}

/** Policies for the actions of deniers and lists. */
export function migratePolicies(actions: readonly MixerAction[], facts: MeshFacts, objects: readonly ConfigObject[]): { documents: Document[]; notCarried: NotCarried[] } {
  const notCarried: NotCarried[] = [];
  const candidates = actions.flatMap((action) => {
    try {
      return candidatesOf(denialOf(action, facts, objects), facts);
    } catch (error) {
      if (!(error instanceof NotTranslatable || error instanceof ExprError)) throw error;
      notCarried.push({ object: nameOf(action.rule), reason: error.message });
      return [];
    }
  });
  const documents: Document[] = [];
  for (const candidate of named(candidates)) {
    try {
      documents.push(documentOf(candidate, candidates, facts));
    } catch (error) {
      if (!(error instanceof NotTranslatable)) throw error;
      notCarried.push({ object: nameOf(candidate.denial.rule), reason: error.message });
    }
  }
  return { documents, notCarried };
}

function candidatesOf(denial: Denial, facts: MeshFacts): Candidate[] {
  const { rule, http, tcp } = denial;
  if (http === never && tcp === never) throw new NotTranslatable('refuses nothing: its match is never true where a check is made');
  const namespace = rule.metadata.namespace;
  const candidates = new Map<string, Candidate>();
  for (const [world, formula] of [['http', http], ['tcp', tcp]] as const) {
    for (const { target, formula: part } of splitByTarget(formula, namespace, facts)) {
      const key = JSON.stringify([target.namespace, Object.entries(target.labels).sort()]);
      const known = candidates.get(key) ?? { denial, name: rule.metadata.name, target, http: never, tcp: never };
      candidates.set(key, { ...known, [world]: part });
    }
  }
  if (candidates.size === 0) throw new NotTranslatable('refuses nothing: its conditions on the destination exclude each other');
  return [...candidates.values()];
}

/** Names are unique in a namespace. */
function named(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Map<string, number>();
  return candidates.map((candidate) => {
    const key = `${candidate.target.namespace}/${candidate.name}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count === 1 ? candidate : { ...candidate, name: `${candidate.name}-${count}` };
  });
}

/**
 * Policies of a workload allow together what one of them allows, and Mixer refuses what one rule refuses; so an
 * AuthorizationPolicy means the same only where it is the only one. Otherwise an RBAC filter refuses.
 */
function documentOf(candidate: Candidate, all: readonly Candidate[], facts: MeshFacts): Document {
  const alone = !facts.usesRbacConfig
    && all.every((other) => other.denial === candidate.denial && other.target === candidate.target || !overlaps(other.target, candidate.target, facts.rootNamespace))
    && facts.authorizationPolicies.every((policy) => !overlaps(targetOf(policy as ConfigObject<AuthorizationPolicy>), candidate.target, facts.rootNamespace));
  const policy = alone ? allowPolicy(candidate, facts) : undefined;
  const comment = commentOf(candidate, policy === undefined ? 'refuses the same requests' : 'allows what that does not refuse');
  return { comment, object: policy ?? denyFilter(candidate) };
}

function targetOf({ metadata, spec }: ConfigObject<AuthorizationPolicy>): Target {
  return { namespace: metadata.namespace, labels: spec.selector?.matchLabels ?? {} };
}

function commentOf({ denial }: Candidate, what: string): string[] {
  const { rule, handler, instances, answer } = denial;
  return [`Replaces ${[rule, handler.object, ...instances.map(({ object }) => object)].map(nameOf).join(', ')}: ${what}.`, `Mixer answered ${answer}; Envoy answers 403 "RBAC: access denied".`];
}
