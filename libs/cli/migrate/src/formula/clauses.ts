import { always, never, type Formula, type SignedLiteral, signedKey } from './formula.js';
import { implies, onlyValue, subjectOf, type Literal } from './literal.js';

/** Literals that all hold. */
export type Clause = readonly SignedLiteral[];

/**
 * The clauses of which one must hold for the formula to hold: contradictions are left out, and literals that others
 * imply. No clause = never; an empty clause = always. Clauses that exclude each other as written still do.
 * @returns undefined if there are more than `most`
 */
export function clausesOf(formula: Formula, most: number): readonly Clause[] | undefined {
  const raw = expand(formula, most);
  if (!raw) return undefined;
  const clauses = new Map<string, Clause>();
  for (const clause of raw) {
    const simple = simplify(clause);
    if (simple) clauses.set(simple.map(signedKey).sort().join(), simple);
  }
  return [...clauses.values()];
}

function expand(formula: Formula, most: number): Clause[] | undefined {
  if (formula === always || (formula.kind === 'constant' && formula.value)) return [[]];
  if (formula === never || formula.kind === 'constant') return [];
  if (formula.kind === 'literal') return [[{ literal: formula.literal, negated: formula.negated }]];
  let result: Clause[] = formula.kind === 'and' ? [[]] : [];
  for (const part of formula.parts) {
    const clauses = expand(part, most);
    if (!clauses) return undefined;
    result = formula.kind === 'or' ? [...result, ...clauses] : result.flatMap((left) => clauses.map((right) => [...left, ...right])).filter((clause) => simplify(clause));
    if (result.length > most) return undefined;
  }
  return result;
}

/** undefined: the literals exclude each other. */
export function simplify(clause: Clause): Clause | undefined {
  const unique = [...new Map(clause.map((one) => [signedKey(one), one])).values()];
  const holds = unique.filter(({ negated }) => !negated).map(({ literal }) => literal);
  const values = new Map<string, string>();
  for (const literal of holds) {
    const value = onlyValue(literal);
    if (value === undefined) continue;
    if ((values.get(subjectOf(literal)) ?? value) !== value) return undefined;
    values.set(subjectOf(literal), value);
  }
  const fails = unique.filter(({ negated }) => negated);
  if (fails.some(({ literal }) => holds.some((one) => implies(one, literal)))) return undefined;
  const told = (literal: Literal) => onlyValue(literal) !== undefined && values.has(subjectOf(literal));
  const needed = holds.filter((literal) => !holds.some((other) => other !== literal && implies(other, literal)));
  return [...needed.map((literal) => ({ literal, negated: false })), ...fails.filter(({ literal }) => !told(literal))];
}
