import { RE2JS } from 're2js';
import { EvalError } from '../errors.js';

/** Patterns may come from attributes, so what is kept is bounded: the oldest goes first. */
const maxPatterns = 512;
const compiled = new Map<string, RE2JS>();

/**
 * RE2, unanchored; linear time whatever the pattern.
 * @throws EvalError if the pattern is none
 */
export function matches(pattern: string, text: string): boolean {
  return regex(pattern).test(text);
}

function regex(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const made = compileRegex(pattern);
  if (compiled.size >= maxPatterns) {
    for (const oldest of compiled.keys()) {
      compiled.delete(oldest);
      break;
    }
  }
  compiled.set(pattern, made);
  return made;
}

function compileRegex(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new EvalError(error instanceof Error ? error.message : String(error));
  }
}
