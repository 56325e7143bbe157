import { implies, literalKey, type Literal } from './literal.js';

/** A condition on requests. Constants occur only as a whole formula: and, or and not fold them. */
export type Formula =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'literal'; readonly literal: Literal; readonly negated: boolean }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Formula[] };

export const always: Formula = { kind: 'constant', value: true };
export const never: Formula = { kind: 'constant', value: false };

export const constant = (value: boolean): Formula => (value ? always : never);
export const lit = (literal: Literal): Formula => ({ kind: 'literal', literal, negated: false });
export const and = (...parts: readonly Formula[]): Formula => join('and', parts, always, never);
export const or = (...parts: readonly Formula[]): Formula => join('or', parts, never, always);

function join(kind: 'and' | 'or', parts: readonly Formula[], neutral: Formula, absorbing: Formula): Formula {
  const flat = new Map<string, Formula>();
  for (const part of parts) {
    if (part.kind === 'constant' && part.value === (absorbing === always)) return absorbing;
    if (part.kind === 'constant') continue;
    for (const one of part.kind === kind ? part.parts : [part]) flat.set(keyOf(one), one);
  }
  for (const one of flat.values()) if (one.kind === 'literal' && flat.has(signedKey({ ...one, negated: !one.negated }))) return absorbing;
  if (kind === 'and') dropImplied(flat);
  const [first, ...rest] = flat.values();
  if (first === undefined) return neutral;
  return rest.length === 0 ? first : { kind, parts: [first, ...rest] };
}

const keys = new WeakMap<Formula, string>();

/** Equal formulas have equal keys. */
function keyOf(formula: Formula): string {
  const known = keys.get(formula);
  if (known !== undefined) return known;
  const key = formula.kind === 'constant' ? String(formula.value) : formula.kind === 'literal' ? signedKey(formula) : `${formula.kind}(${formula.parts.map(keyOf).join()})`;
  keys.set(formula, key);
  return key;
}

const sizes = new WeakMap<Formula, number>();

/** How many literals it takes to write a formula. */
export function sizeOf(formula: Formula): number {
  if (formula.kind === 'constant' || formula.kind === 'literal') return 1;
  const size = sizes.get(formula) ?? formula.parts.reduce((sum, part) => sum + sizeOf(part), 0);
  sizes.set(formula, size);
  return size;
}

/** Of literals that all hold, those that others imply say nothing. */
function dropImplied(parts: Map<string, Formula>): void {
  const literals = [...parts].flatMap(([key, part]) => (part.kind === 'literal' && !part.negated ? [{ key, literal: part.literal }] : []));
  for (const { key, literal } of literals) if (literals.some((other) => other.key !== key && implies(other.literal, literal))) parts.delete(key);
}

export function not(formula: Formula): Formula {
  switch (formula.kind) {
    case 'constant':
      return constant(!formula.value);
    case 'literal':
      return { ...formula, negated: !formula.negated };
    case 'and':
      return or(...formula.parts.map(not));
    case 'or':
      return and(...formula.parts.map(not));
  }
}

export function someLiteral(formula: Formula, test: (literal: Literal) => boolean): boolean {
  if (formula.kind === 'constant') return false;
  if (formula.kind === 'literal') return test(formula.literal);
  return formula.parts.some((part) => someLiteral(part, test));
}

/** The formula with some literals replaced, for example by constants. */
export function replaceLiterals(formula: Formula, replacement: (literal: Literal) => Formula | undefined): Formula {
  if (formula.kind === 'constant') return formula;
  if (formula.kind === 'literal') {
    const other = replacement(formula.literal);
    return other === undefined ? formula : formula.negated ? not(other) : other;
  }
  const parts = formula.parts.map((part) => replaceLiterals(part, replacement));
  return formula.kind === 'and' ? and(...parts) : or(...parts);
}

export interface SignedLiteral {
  readonly literal: Literal;
  readonly negated: boolean;
}

export const signedKey = ({ literal, negated }: SignedLiteral): string => `${negated ? '!' : ''}${literalKey(literal)}`;
