import type { Literal } from './ast.js';
import { celError } from './cel-error.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const simple: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, "'": 39, '"': 34, '`': 96, '?': 63 };

/** A string or bytes literal with any prefix (`r`, `b`) and quotes (one or three). @throws ExprError */
export function readText(text: string, start: number): { literal: Literal; end: number } {
  const prefix = /^[rRbB]{0,2}/.exec(text.slice(start, start + 2))?.[0].toLowerCase() ?? '';
  const open = start + prefix.length;
  const mark = text[open] ?? '"';
  const quote = text.startsWith(mark.repeat(3), open) ? mark.repeat(3) : mark;
  const isBytes = prefix.includes('b');
  const bytes: number[] = [];
  for (let at = open + quote.length; ; ) {
    if (at >= text.length || (quote.length === 1 && text[at] === '\n')) throw celError(text, start, 'Syntax error: string is not terminated');
    if (text.startsWith(quote, at)) {
      const content = new Uint8Array(bytes);
      const literal: Literal = isBytes ? { type: 'bytes', value: content } : { type: 'string', value: decoder.decode(content) };
      return { literal, end: at + quote.length };
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character !== '\\' || prefix.includes('r')) {
      bytes.push(...encoder.encode(character));
      at += character.length;
      continue;
    }
    const escape = readEscape(text, at, isBytes);
    bytes.push(...escape.bytes);
    at = escape.end;
  }
}

function readEscape(text: string, at: number, isBytes: boolean): { bytes: Iterable<number>; end: number } {
  const character = text[at + 1] ?? '';
  const byte = Object.hasOwn(simple, character) ? simple[character] : undefined;
  if (byte !== undefined) return { bytes: [byte], end: at + 2 };
  const match = /^(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/.exec(text.slice(at + 1, at + 10));
  if (!match) throw celError(text, at, 'Syntax error: unknown escape sequence');
  const end = at + 1 + match[0].length;
  const code = match[4] === undefined ? Number.parseInt(match[1] ?? match[2] ?? match[3] ?? '', 16) : Number.parseInt(match[4], 8);
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw celError(text, at, 'Syntax error: escape is no Unicode code point');
  // In bytes \xff and \377 are bytes; in strings they are code points.
  const single = isBytes && (match[1] !== undefined || match[4] !== undefined);
  return { bytes: single ? [code] : encoder.encode(String.fromCodePoint(code)), end };
}
