/** A CEL expression after macros. `at` is its offset in the source, for messages. */
export type CelNode =
  | { readonly kind: 'literal'; readonly at: number; readonly literal: Literal }
  | { readonly kind: 'identifier'; readonly at: number; readonly name: string }
  /** `operand.field`, or with `test` whether it is there: `has(operand.field)`. */
  | { readonly kind: 'select'; readonly at: number; readonly operand: CelNode; readonly field: string; readonly test: boolean }
  /** Operators are calls of `_+_`, `_[_]`, `_?_:_` and so on. */
  | { readonly kind: 'call'; readonly at: number; readonly name: string; readonly target?: CelNode; readonly args: readonly CelNode[] }
  | { readonly kind: 'list'; readonly at: number; readonly elements: readonly CelNode[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly (readonly [key: CelNode, value: CelNode])[] }
  | { readonly kind: 'message'; readonly at: number; readonly name: string; readonly fields: readonly (readonly [name: string, value: CelNode])[] }
  /** The first choice that is there; all but the last are members or map entries. */
  | { readonly kind: 'pick'; readonly at: number; readonly choices: readonly CelNode[] }
  | Comprehension;

export type Literal =
  | { readonly type: 'int' | 'uint'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null' };

/** `range.all(variable, predicate)` and its kin; `transform` for `map` alone, where `predicate` may be absent. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly at: number;
  readonly macro: 'all' | 'exists' | 'exists_one' | 'filter' | 'map';
  readonly range: CelNode;
  readonly variable: string;
  readonly predicate?: CelNode;
  readonly transform?: CelNode;
}

export function call(at: number, name: string, ...args: readonly CelNode[]): CelNode {
  return { kind: 'call', at, name, args };
}
