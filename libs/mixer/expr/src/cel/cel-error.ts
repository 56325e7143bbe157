import { ExprError } from '../errors.js';

/** A fault at a place of a CEL source: `ERROR: <input>:1:9: message`, the line, and a caret below the place. */
export function celError(text: string, at: number, message: string): ExprError {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  const number = text.slice(0, lineStart).split('\n').length;
  const column = at - lineStart;
  return new ExprError(`ERROR: <input>:${number}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`);
}
