import { ExprError } from '../errors.js';
import type { CelNode } from './ast.js';

const maxDepth = 2000;

/** Refuses trees that would exhaust the stack of what walks them, without exhausting it itself. @throws ExprError */
export function refuseDeepTrees(root: CelNode): void {
  let level: CelNode[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw new ExprError(`expression is nested deeper than ${maxDepth}`);
    level = level.flatMap(children);
  }
}

function children(node: CelNode): readonly CelNode[] {
  switch (node.kind) {
    case 'select':
      return [node.operand];
    case 'call':
      return node.target ? [node.target, ...node.args] : node.args;
    case 'list':
      return node.elements;
    case 'map':
      return node.entries.flat();
    case 'message':
      return node.fields.map(([, value]) => value);
    case 'pick':
      return node.choices;
    case 'comprehension':
      return [node.range, ...(node.predicate ? [node.predicate] : []), ...(node.transform ? [node.transform] : [])];
    default:
      return [];
  }
}
