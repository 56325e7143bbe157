import type { AttributeSource } from '../attribute-source.js';
import { EvalError } from '../errors.js';
import { int64 } from '../value.js';
import type { CelNode, Comprehension, Literal } from './ast.js';
import type { AttributeNode } from './attribute-tree.js';
import { isPresent, readMember } from './attribute-values.js';
import { find, functions, index } from './functions.js';
import { typeNames } from './overloads.js';
import { CelDouble, CelMap, CelUint, AttributeMap, Message, TypeValue, type CelValue } from './values.js';

/** Where an evaluation reads: the bag, and the variables of comprehensions. */
export interface Frame {
  readonly bag: AttributeSource;
  readonly locals?: Locals;
}

interface Locals {
  readonly name: string;
  readonly value: CelValue;
  readonly outer: Locals | undefined;
}

export type Evaluate = (frame: Frame) => CelValue;

/** Turns a checked expression into closures. They throw EvalError. */
export function prepare(node: CelNode, root: AttributeNode): Evaluate {
  return new Preparer(root).prepare(node, new Set());
}

class Preparer {
  constructor(private readonly root: AttributeNode) {}

  prepare(node: CelNode, locals: ReadonlySet<string>): Evaluate {
    switch (node.kind) {
      case 'literal': {
        const value = literalValue(node.literal);
        return () => value;
      }
      case 'identifier':
        return this.identifier(node.name, locals);
      case 'select':
        return this.select(node, locals);
      case 'call':
        return this.call(node, locals);
      case 'list': {
        const elements = node.elements.map((element) => this.prepare(element, locals));
        return (frame) => elements.map((element) => element(frame));
      }
      case 'map': {
        const entries = node.entries.map(([key, value]) => [this.prepare(key, locals), this.prepare(value, locals)] as const);
        return (frame) => new CelMap(entries.map(([key, value]) => [key(frame), value(frame)]));
      }
      case 'message':
        return this.message(node, locals);
      case 'pick':
        return this.pick(node.choices, locals);
      case 'comprehension':
        return this.comprehension(node, locals);
    }
  }

  private identifier(name: string, locals: ReadonlySet<string>): Evaluate {
    if (locals.has(name)) return ({ locals: scope }) => localValue(scope, name);
    const member = this.root.members.get(name);
    if (member) return ({ bag }) => readMember(member, bag);
    const type = new TypeValue(typeNames.get(name) ?? name);
    return () => type;
  }

  private select({ operand, field, test }: CelNode & { kind: 'select' }, locals: ReadonlySet<string>): Evaluate {
    const base = this.prepare(operand, locals);
    return test ? (frame) => isSet(base(frame), field) : (frame) => selectField(base(frame), field);
  }

  private call({ name, target, args }: CelNode & { kind: 'call' }, locals: ReadonlySet<string>): Evaluate {
    const [first = nothing, second = nothing, third = nothing, ...more] = (target ? [target, ...args] : args).map((arg) => this.prepare(arg, locals));
    if (name === '_&&_') return (frame) => absorbing(frame, [first, second], false);
    if (name === '_||_') return (frame) => absorbing(frame, [first, second], true);
    if (name === '_?_:_') return (frame) => (first(frame) === true ? second(frame) : third(frame));
    const implementation = functions[name];
    if (!implementation || more.length > 0) throw new EvalError(`no such overload: ${name}`);
    const count = args.length + (target ? 1 : 0);
    if (count === 0) return () => implementation();
    if (count === 1) return (frame) => implementation(first(frame));
    if (count === 2) return (frame) => implementation(first(frame), second(frame));
    return (frame) => implementation(first(frame), second(frame), third(frame));
  }

  /** A wrapper message is its value, and `.value` of it that value again. */
  private message({ fields }: CelNode & { kind: 'message' }, locals: ReadonlySet<string>): Evaluate {
    const fieldsByName = fields.map(([name, value]) => [name, this.prepare(value, locals)] as const);
    return (frame) => new CelMap(fieldsByName.map(([name, value]) => [name, value(frame)]));
  }

  private pick(choices: readonly CelNode[], locals: ReadonlySet<string>): Evaluate {
    const finders = choices.slice(0, -1).map((choice) => this.finder(choice, locals));
    const last = this.prepare(choices[choices.length - 1] ?? { kind: 'literal', at: 0, literal: { type: 'null' } }, locals);
    return (frame) => {
      for (const finder of finders) {
        const found = finder(frame);
        if (found !== undefined) return found;
      }
      return last(frame);
    };
  }

  private finder(choice: CelNode, locals: ReadonlySet<string>): (frame: Frame) => CelValue | undefined {
    if (choice.kind === 'select') {
      const operand = this.prepare(choice.operand, locals);
      return (frame) => {
        const base = operand(frame);
        return isSet(base, choice.field) ? selectField(base, choice.field) : undefined;
      };
    }
    const [container, key] = choice.kind === 'call' ? choice.args.map((arg) => this.prepare(arg, locals)) : [];
    if (!container || !key) return this.prepare(choice, locals);
    return (frame) => {
      const name = key(frame);
      return find(container(frame), name);
    };
  }

  private comprehension({ macro, range, variable, predicate, transform }: Comprehension, locals: ReadonlySet<string>): Evaluate {
    const inner = new Set([...locals, variable]);
    const over = this.prepare(range, locals);
    const holds = predicate ? this.prepare(predicate, inner) : () => true;
    const result = transform ? this.prepare(transform, inner) : undefined;
    const scope = (frame: Frame, value: CelValue): Frame => ({ bag: frame.bag, locals: { name: variable, value, outer: frame.locals } });
    return (frame) => {
      const items = itemsOf(over(frame));
      const test = (item: CelValue): boolean => holds(scope(frame, item)) === true;
      if (macro === 'all') return quantified(items, test, false);
      if (macro === 'exists') return quantified(items, test, true);
      const kept = items.filter(test);
      if (macro === 'exists_one') return kept.length === 1;
      return result ? kept.map((item) => result(scope(frame, item))) : kept;
    };
  }
}

const nothing: Evaluate = () => null;

function literalValue(literal: Literal): CelValue {
  if (literal.type === 'int') return int64(literal.value);
  if (literal.type === 'uint') return new CelUint(literal.value);
  if (literal.type === 'double') return new CelDouble(literal.value);
  return literal.type === 'null' ? null : literal.value;
}

function localValue(scope: Locals | undefined, name: string): CelValue {
  for (let local = scope; local; local = local.outer) if (local.name === name) return local.value;
  throw new EvalError(`no such attribute: ${name}`);
}

function memberOf(base: Message, field: string): AttributeNode {
  const member = base.node.members.get(field);
  if (!member) throw new EvalError(`cannot evaluate select of "${field}" from .${base.node.path}`);
  return member;
}

function selectField(base: CelValue, field: string): CelValue {
  return base instanceof Message ? readMember(memberOf(base, field), base.bag) : index(base, field);
}

function isSet(base: CelValue, field: string): boolean {
  if (base instanceof Message) return isPresent(memberOf(base, field), base.bag);
  return find(base, field) !== undefined;
}

/** `&&` and `||`: the deciding value of either side wins over an error of the other. */
function absorbing(frame: Frame, sides: readonly Evaluate[], deciding: boolean): boolean {
  return decided(sides, (side) => side(frame) === true, deciding);
}

function quantified(items: readonly CelValue[], test: (item: CelValue) => boolean, deciding: boolean): boolean {
  return decided(items, test, deciding);
}

function decided<T>(items: readonly T[], test: (item: T) => boolean, deciding: boolean): boolean {
  let failure: EvalError | undefined;
  for (const item of items) {
    try {
      if (test(item) === deciding) return deciding;
    } catch (error) {
      if (!(error instanceof EvalError)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return !deciding;
}

function itemsOf(range: CelValue): readonly CelValue[] {
  if (Array.isArray(range)) return range as readonly CelValue[];
  if (range instanceof CelMap) return range.keys();
  if (range instanceof AttributeMap) return Array.from(range.value.entries(), ([key]) => key);
  throw new EvalError('no such overload: comprehension');
}
