import type { ExprError } from '../errors.js';
import type { CelNode, Comprehension } from './ast.js';

type Call = CelNode & { kind: 'call' };
type Fail = (at: number, message: string) => ExprError;

const comprehensions: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/**
 * Replaces macros: CEL's own (`has`, `all`, `exists`, ...) and Mixer's `conditional` and `pick`.
 * @throws what `fail` makes
 */
export function expandCall(node: Call, fail: Fail): CelNode {
  if (node.target) return isComprehension(node) ? comprehension(node, node.target, fail) : node;
  if (node.name === 'has' && node.args.length === 1) return has(node, fail);
  if (node.name === 'conditional' && node.args.length === 3) return { ...node, name: '_?_:_' };
  if (node.name === 'pick') return pick(node, fail);
  return node;
}

function has({ args: [arg], at }: Call, fail: Fail): CelNode {
  if (arg?.kind !== 'select') throw fail(at, 'invalid argument to has() macro');
  return { ...arg, test: true };
}

/**
 * `pick(a.b, m["k"], c)`: the first that is there. Only members and map entries can be asked whether they are; anything
 * else counts as there, so what follows it is dead.
 */
function pick({ args, at }: Call, fail: Fail): CelNode {
  const tested = args.find((arg) => arg.kind === 'select' && arg.test);
  if (tested) throw fail(tested.at, 'unsupported use of has() macro in pick()');
  const end = args.findIndex((arg) => !mayBeAbsent(arg));
  const choices = end < 0 ? args : args.slice(0, end + 1);
  const [only] = choices;
  if (!only) throw fail(at, 'pick() needs an argument');
  return choices.length === 1 ? only : { kind: 'pick', at, choices };
}

function mayBeAbsent(node: CelNode): boolean {
  return node.kind === 'select' || (node.kind === 'call' && node.name === '_[_]');
}

function isComprehension({ name, args }: Call): boolean {
  return comprehensions.has(name) && (args.length === 2 || (name === 'map' && args.length === 3));
}

function comprehension({ name, at, args }: Call, range: CelNode, fail: Fail): Comprehension {
  const [variable, second, third] = args;
  if (variable?.kind !== 'identifier' || !second) throw fail(at, 'argument must be a simple name');
  const base = { kind: 'comprehension', at, range, variable: variable.name } as const;
  if (name !== 'map') return { ...base, macro: name as Comprehension['macro'], predicate: second };
  return third ? { ...base, macro: 'map', predicate: second, transform: third } : { ...base, macro: 'map', transform: second };
}
