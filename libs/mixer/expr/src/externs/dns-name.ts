import { quote } from '../text/quote.js';
import { EvalError } from '../errors.js';
import { decodePunycode } from './punycode.js';

/**
 * `dnsName("a.b")`: the name as it is, if its labels are valid. Not empty, no empty label but the root's, no hyphen at
 * either end of a label or at its places 3 and 4.
 * @throws EvalError
 */
export function dnsName(text: string): string {
  const problem = labelProblem(text);
  if (problem !== undefined) throw new EvalError(`error converting '${text}' to dns name: '${problem}'`);
  return text.normalize('NFC');
}

/**
 * Equality of names as a look-up sees them (IDNA): case folded, Punycode decoded, one trailing dot ignored.
 * @throws EvalError if one of them can't be looked up
 */
export function dnsNameEqual(left: string, right: string): boolean {
  const a = lookupForm(left);
  const b = lookupForm(right);
  return a === b || withoutRoot(a) === withoutRoot(b);
}

function withoutRoot(name: string): string {
  return name.endsWith('.') && !name.endsWith('..') ? name.slice(0, -1) : name;
}

/** IDNA's complaint about a name, undefined if there is none. */
function labelProblem(name: string): string | undefined {
  if (name === '') return invalidLabel(name);
  const labels = name.split('.');
  if (labels.length > 1 && labels.at(-1) === '') labels.pop();
  for (const label of labels) {
    if (label === '') return invalidLabel(name);
    const problem = problemOf(label);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(label: string): string | undefined {
  if (label.startsWith('xn--')) {
    const decoded = decodePunycode(label.slice(4));
    return decoded === undefined ? invalidLabel(label.slice(4)) : problemOfUnicode(decoded);
  }
  return problemOfUnicode(label);
}

function problemOfUnicode(label: string): string | undefined {
  const bad = label.startsWith('-') || label.endsWith('-') || (label.length > 4 && label.slice(2, 4) === '--') || /^\p{M}/u.test(label);
  return bad ? invalidLabel(label) : undefined;
}

function invalidLabel(label: string): string {
  return `idna: invalid label ${quote(label)}`;
}

function lookupForm(name: string): string {
  const mapped = name.normalize('NFKC').toLowerCase().normalize('NFC').replaceAll('。', '.');
  const disallowed = /[^a-z0-9.\-\u0080-\u{10ffff}]|[\p{C}\p{Z}]/u.exec(mapped)?.[0];
  if (disallowed !== undefined) {
    throw new EvalError(`idna: disallowed rune U+${(disallowed.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`);
  }
  return mapped
    .split('.')
    .map((label) => (label === '' ? label : lookupLabel(label)))
    .join('.');
}

function lookupLabel(label: string): string {
  const problem = problemOf(label);
  if (problem !== undefined) throw new EvalError(problem);
  return label.startsWith('xn--') ? (decodePunycode(label.slice(4)) ?? label) : label;
}
