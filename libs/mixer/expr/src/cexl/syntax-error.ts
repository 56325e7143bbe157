import { ExprError } from '../errors.js';

export interface SyntaxProblem {
  readonly at: number;
  readonly message: string;
}

/** The first problem with line and column (in bytes, from 1), as Go's parser reports it, and how many follow. */
export function syntaxError(text: string, problems: readonly SyntaxProblem[]): ExprError {
  const [first, ...more] = problems.toSorted((a, b) => a.at - b.at);
  if (!first) return new ExprError(`unable to parse expression '${text}'`);
  const before = text.slice(0, first.at);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const column = utf8Length(before.slice(lineStart)) + 1;
  const suffix = more.length > 0 ? ` (and ${more.length} more errors)` : '';
  return new ExprError(`unable to parse expression '${text}': ${line}:${column}: ${first.message}${suffix}`);
}

const encoder = new TextEncoder();

export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** `U+0040 '@'`, as Go's %#U prints a character. */
export function describeCharacter(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character) ? `${code} '${character}'` : code;
}
