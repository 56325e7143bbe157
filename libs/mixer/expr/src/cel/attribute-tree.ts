import type { ValueType } from '../value-type.js';

/**
 * Attributes as CEL sees them: nested messages, whose members are further messages or attributes. `a.b.c` of type INT64
 * is the member c of the member b of the variable a; the message types are named `.a` and `.a.b`.
 */
export interface AttributeNode {
  /** The attribute's name, or the path of the message. */
  readonly path: string;
  /** Undefined for a message. */
  readonly type: ValueType | undefined;
  readonly members: ReadonlyMap<string, AttributeNode>;
}

interface Growing extends AttributeNode {
  type: ValueType | undefined;
  readonly members: Map<string, Growing>;
}

/** The root, whose members are the variables. An attribute that is also the beginning of another hides that one. */
export function attributeTree(names: Iterable<string>, typeOf: (name: string) => ValueType | undefined): AttributeNode {
  const root = grow('');
  for (const name of names) {
    let node = root;
    for (const word of name.split('.')) {
      const path = node.path === '' ? word : `${node.path}.${word}`;
      const member = node.members.get(word) ?? grow(path);
      node.members.set(word, member);
      node = member;
    }
    node.type = typeOf(name);
  }
  return root;
}

function grow(path: string): Growing {
  return { path, type: undefined, members: new Map() };
}
