const simple: Record<string, number> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, "'": 39, '"': 34 };
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The text of a Go string or character literal; undefined if it is none. Bytes written as `\xff` or `\377` that do not
 * join to UTF-8 become U+FFFD, as strings here are Unicode.
 */
export function unquote(literal: string): string | undefined {
  const mark = literal[0];
  const body = literal.slice(1, -1);
  if (literal.length < 2 || literal.at(-1) !== mark) return undefined;
  if (mark === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if ((mark !== '"' && mark !== "'") || body.includes('\n')) return undefined;
  const bytes = unescape(body, mark);
  if (!bytes) return undefined;
  const text = decoder.decode(new Uint8Array(bytes.flat()));
  return mark === "'" && bytes.length !== 1 ? undefined : text;
}

/** The UTF-8 bytes of each character; undefined if an escape is wrong or a bare quote stands inside. */
function unescape(body: string, mark: string): number[][] | undefined {
  const characters: number[][] = [];
  for (let at = 0; at < body.length; ) {
    if (body[at] === mark) return undefined;
    if (body[at] !== '\\') {
      const character = String.fromCodePoint(body.codePointAt(at) ?? 0);
      characters.push([...encoder.encode(character)]);
      at += character.length;
      continue;
    }
    const escape = readEscape(body, at + 1, mark);
    if (!escape) return undefined;
    characters.push(escape.bytes);
    at = escape.end;
  }
  return characters;
}

function readEscape(body: string, at: number, mark: string): { bytes: number[]; end: number } | undefined {
  const character = body[at] ?? '';
  if ((character === '"' || character === "'") && character !== mark) return undefined;
  if (Object.hasOwn(simple, character)) return { bytes: [simple[character] ?? 0], end: at + 1 };
  const octal = /^[0-7]{3}/.exec(body.slice(at))?.[0];
  if (octal) return Number.parseInt(octal, 8) > 255 ? undefined : { bytes: [Number.parseInt(octal, 8)], end: at + 3 };
  const match = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(body.slice(at));
  if (!match) return undefined;
  const end = at + match[0].length;
  if (match[1] !== undefined) return { bytes: [Number.parseInt(match[1], 16)], end };
  const code = Number.parseInt(match[2] ?? match[3] ?? '', 16);
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
  return { bytes: [...encoder.encode(String.fromCodePoint(code))], end };
}

const named: Record<string, string> = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' };

/** As Go's %q. */
export function quote(text: string): string {
  const body = Array.from(text, (character) => named[character] ?? (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character) ? character : hexEscape(character)));
  return `"${body.join('')}"`;
}

function hexEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
