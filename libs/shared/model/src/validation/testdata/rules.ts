import { describe, expect, it } from 'vitest';
import { formatProblem, kindByName, parseSpec, validateObject } from '../../index.js';

/** Sets one field of a spec; `at` is a path such as `http[0].timeout`, the faulty path is the same unless given. */
export type Rule = readonly [at: string, value: unknown, message: string, path?: string];

export interface Rules {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly valid: Record<string, unknown>;
  readonly accepted?: readonly (readonly [at: string, value: unknown])[];
  readonly refused: readonly Rule[];
}

/** The problems of an object, as `path: message`. */
export function problemsOf(rules: Pick<Rules, 'apiVersion' | 'kind' | 'name' | 'namespace'>, json: unknown): string[] {
  const kind = kindByName(rules.apiVersion, rules.kind);
  if (kind === undefined) throw new Error(`no kind ${rules.apiVersion} ${rules.kind}`);
  const { spec, problems } = parseSpec(kind, json);
  const metadata = { name: rules.name ?? 'sample', namespace: rules.namespace ?? 'default', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '1' };
  return [...problems, ...validateObject({ collection: kind.collection, kind: kind.kind, metadata, spec })].map(formatProblem);
}

/** A table of single changes to a valid spec: those it survives, and those that are reported, once, where they are. */
export function describeRules(rules: Rules): void {
  describe(`validation of ${rules.kind}`, () => {
    it('accepts the valid sample', () => expect(problemsOf(rules, rules.valid)).toEqual([]));
    for (const [at, value] of rules.accepted ?? []) {
      it(`accepts ${at} = ${JSON.stringify(value)}`, () => expect(problemsOf(rules, change(rules.valid, at, value))).toEqual([]));
    }
    for (const [at, value, message, path = at] of rules.refused) {
      const wanted = new RegExp(`^${escape(`spec${path === '' ? '' : dotted(path)}: `)}.*${escape(message)}`);
      it(`refuses ${at} = ${JSON.stringify(value)}`, () => {
        expect(problemsOf(rules, change(rules.valid, at, value))).toEqual([expect.stringMatching(wanted)]);
      });
    }
  });
}

const dotted = (path: string) => (path.startsWith('[') ? path : `.${path}`);
const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A deep copy with one field set; undefined removes it. */
export function change(spec: Record<string, unknown>, at: string, value: unknown): unknown {
  const copy = structuredClone(spec);
  const keys = [...at.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, word]) => quoted ?? (index === undefined ? (word ?? '') : Number(index)));
  const last = keys.pop() ?? '';
  let target: Record<string | number, unknown> = copy;
  for (const key of keys) target = (target[key] ??= {}) as Record<string | number, unknown>;
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}
