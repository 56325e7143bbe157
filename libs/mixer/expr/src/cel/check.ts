import type { ExprError } from '../errors.js';
import type { CelNode, Comprehension } from './ast.js';
import type { AttributeNode } from './attribute-tree.js';
import { overloads, typeNames, wrapperMessages } from './overloads.js';
import { celType, formatType, substitute, types, unify, type CelType } from './types.js';

/** The type of a checked expression. Faults are thrown as `fail` makes them. */
export function checkCel(node: CelNode, root: AttributeNode, fail: (at: number, message: string) => ExprError): CelType {
  return new Checker(root, fail).typeOf(node, new Map());
}

type Scope = ReadonlyMap<string, CelType>;

class Checker {
  constructor(
    private readonly root: AttributeNode,
    private readonly fail: (at: number, message: string) => ExprError,
  ) {}

  typeOf(node: CelNode, scope: Scope): CelType {
    switch (node.kind) {
      case 'literal':
        return types[node.literal.type];
      case 'identifier':
        return this.identifier(node, scope);
      case 'select':
        return this.select(node, scope);
      case 'call':
        return this.call(node, scope);
      case 'list':
        return types.list(this.common(node.elements, scope));
      case 'map':
        return types.map(this.common(node.entries.map(([key]) => key), scope), this.common(node.entries.map(([, value]) => value), scope));
      case 'message':
        return this.message(node, scope);
      case 'pick':
        return this.pick(node, scope);
      case 'comprehension':
        return this.comprehension(node, scope);
    }
  }

  private pick({ choices, at }: CelNode & { kind: 'pick' }, scope: Scope): CelType {
    const [last, ...others] = choices.map((choice) => this.typeOf(choice, scope)).toReversed();
    return others.reduce((rest, type) => this.resolve('_?_:_', [types.bool, type, rest], { method: false, at }), last ?? types.dyn);
  }

  private identifier({ name, at }: CelNode & { kind: 'identifier' }, scope: Scope): CelType {
    const local = scope.get(name);
    if (local) return local;
    const member = this.root.members.get(name);
    if (member) return memberType(member);
    const type = typeNames.get(name);
    if (type) return types.typeOf(type);
    throw this.fail(at, `undeclared reference to '${name}' (in container '')`);
  }

  private select({ operand, field, test, at }: CelNode & { kind: 'select' }, scope: Scope): CelType {
    const type = this.typeOf(operand, scope);
    const found = this.fieldType(type, { field, at });
    return test ? types.bool : found;
  }

  private fieldType(type: CelType, { field, at }: { field: string; at: number }): CelType {
    if (type.kind === 'dyn') return types.dyn;
    if (type.kind === 'map') return type.parts?.[1] ?? types.dyn;
    if (type.kind !== 'message') throw this.fail(at, `type '${formatType(type)}' does not support field selection`);
    const member = findMember(this.root, type.name ?? '')?.members.get(field);
    if (member) return memberType(member);
    const wrapped = wrapperMessages.get(type.name ?? '');
    if (wrapped && field === 'value') return wrapped;
    throw this.fail(at, `undefined field '${field}'`);
  }

  private call({ name, target, args, at }: CelNode & { kind: 'call' }, scope: Scope): CelType {
    const given = (target ? [target, ...args] : args).map((arg) => this.typeOf(arg, scope));
    return this.resolve(name, given, { method: target !== undefined, at });
  }

  private resolve(name: string, given: readonly CelType[], { method, at }: { method: boolean; at: number }): CelType {
    const candidates = overloads.get(name);
    if (!candidates) throw this.fail(at, `undeclared reference to '${name}' (in container '')`);
    const results: CelType[] = [];
    for (const candidate of candidates) {
      const bound = new Map<string, CelType>();
      if (candidate.method !== method || candidate.args.length !== given.length) continue;
      if (candidate.args.every((type, index) => unify(type, given[index] ?? types.dyn, bound))) results.push(substitute(candidate.result, bound));
    }
    const [first] = results;
    if (!first) throw this.fail(at, `found no matching overload for '${name}' applied to '${formatArgs(given, method)}'`);
    return results.every((result) => formatType(result) === formatType(first)) ? first : types.dyn;
  }

  /** The type that all have, `dyn` if they differ or there is none. */
  private common(nodes: readonly CelNode[], scope: Scope): CelType {
    const [first, ...others] = nodes.map((node) => this.typeOf(node, scope));
    if (!first) return types.dyn;
    return others.every((type) => formatType(type) === formatType(first)) ? first : types.dyn;
  }

  private message({ name, fields, at }: CelNode & { kind: 'message' }, scope: Scope): CelType {
    const wrapped = wrapperMessages.get(name);
    if (!wrapped) throw this.fail(at, `undeclared reference to '${name}' (in container '')`);
    for (const [field, value] of fields) {
      if (field !== 'value') throw this.fail(value.at, `undefined field '${field}'`);
      const type = this.typeOf(value, scope);
      if (!unify(wrapped, type, new Map())) throw this.fail(value.at, `expected type of field 'value' is '${formatType(wrapped)}' but provided type is '${formatType(type)}'`);
    }
    return types.message(name);
  }

  private comprehension({ macro, range, variable, predicate, transform, at }: Comprehension, scope: Scope): CelType {
    const over = this.typeOf(range, scope);
    if (over.kind !== 'list' && over.kind !== 'map' && over.kind !== 'dyn') {
      throw this.fail(at, `expression of type '${formatType(over)}' cannot be range of a comprehension (must be list, map, or dynamic)`);
    }
    const inner = new Map([...scope, [variable, over.parts?.[0] ?? types.dyn]]);
    if (predicate) this.boolean(predicate, inner);
    if (macro === 'map') return types.list(transform ? this.typeOf(transform, inner) : types.dyn);
    return macro === 'filter' ? types.list(over.parts?.[0] ?? types.dyn) : types.bool;
  }

  private boolean(node: CelNode, scope: Scope): void {
    const type = this.typeOf(node, scope);
    if (type.kind !== 'bool' && type.kind !== 'dyn') throw this.fail(node.at, `expected type 'bool' but found '${formatType(type)}'`);
  }
}

function memberType(member: AttributeNode): CelType {
  return member.type === undefined ? types.message(`.${member.path}`) : celType(member.type);
}

function findMember(root: AttributeNode, messageName: string): AttributeNode | undefined {
  if (!messageName.startsWith('.')) return undefined;
  return messageName
    .slice(1)
    .split('.')
    .reduce<AttributeNode | undefined>((node, word) => node?.members.get(word), root);
}

function formatArgs(given: readonly CelType[], method: boolean): string {
  const texts = given.map(formatType);
  return method ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`;
}
