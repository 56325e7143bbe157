import type { Scanned } from './scanner.js';
import { describeCharacter, type SyntaxProblem } from './syntax-error.js';

/** `"..."`: ends at the quote or, with a problem, at the line end. */
export function scanString(text: string, start: number): Scanned {
  let problem: SyntaxProblem | undefined;
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined || character === '\n') {
      return { kind: 'STRING', end: at, problem: problem ?? { at: start, message: 'string literal not terminated' } };
    }
    at++;
    if (character === '"') return { kind: 'STRING', end: at, ...(problem && { problem }) };
    if (character !== '\\') continue;
    const escape = scanEscape(text, at, '"');
    problem ??= escape.problem;
    at = escape.end;
  }
}

/** `'x'`: one character or escape. */
export function scanRune(text: string, start: number): Scanned {
  let problem: SyntaxProblem | undefined;
  let characters = 0;
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined || character === '\n') {
      return { kind: 'CHAR', end: at, problem: problem ?? { at: start, message: 'rune literal not terminated' } };
    }
    at += String.fromCodePoint(text.codePointAt(at) ?? 0).length;
    if (character === "'") break;
    characters++;
    if (character !== '\\') continue;
    const escape = scanEscape(text, at, "'");
    problem ??= escape.problem;
    at = escape.end;
  }
  if (!problem && characters !== 1) problem = { at: start, message: 'illegal rune literal' };
  return { kind: 'CHAR', end: at, ...(problem && { problem }) };
}

/** Backquotes: no escapes, may hold line ends. */
export function scanRawString(text: string, start: number): Scanned {
  const close = text.indexOf('`', start + 1);
  if (close >= 0) return { kind: 'STRING', end: close + 1 };
  return { kind: 'STRING', end: text.length, problem: { at: start, message: 'raw string literal not terminated' } };
}

interface Escape {
  readonly end: number;
  readonly problem?: SyntaxProblem;
}

const numeric: Record<string, { digits: number; base: number; max: number }> = {
  x: { digits: 2, base: 16, max: 255 },
  u: { digits: 4, base: 16, max: 0x10ffff },
  U: { digits: 8, base: 16, max: 0x10ffff },
};

/** What follows a backslash. */
function scanEscape(text: string, at: number, quote: string): Escape {
  const character = text[at];
  if (character === undefined) return { end: at, problem: { at, message: 'escape sequence not terminated' } };
  if ('abfnrtv\\'.includes(character) || character === quote) return { end: at + 1 };
  if (character >= '0' && character <= '7') return scanDigits(text, { from: at, at: at - 1 }, { digits: 3, base: 8, max: 255 });
  const form = numeric[character];
  if (form) return scanDigits(text, { from: at + 1, at: at - 1 }, form);
  return { end: at, problem: { at: at - 1, message: 'unknown escape sequence' } };
}

function scanDigits(text: string, where: { from: number; at: number }, form: { digits: number; base: number; max: number }): Escape {
  let value = 0;
  for (let index = 0; index < form.digits; index++) {
    const at = where.from + index;
    const digit = Number.parseInt(text[at] ?? '', 36);
    if (Number.isNaN(digit) || digit >= form.base) return { end: at, problem: badDigit(text, at) };
    value = value * form.base + digit;
  }
  const end = where.from + form.digits;
  if (value <= form.max && !(form.max > 255 && value >= 0xd800 && value < 0xe000)) return { end };
  return { end, problem: { at: where.at, message: 'escape sequence is invalid Unicode code point' } };
}

function badDigit(text: string, at: number): SyntaxProblem {
  if (at >= text.length) return { at, message: 'escape sequence not terminated' };
  return { at, message: `illegal character ${describeCharacter(String.fromCodePoint(text.codePointAt(at) ?? 0))} in escape sequence` };
}
