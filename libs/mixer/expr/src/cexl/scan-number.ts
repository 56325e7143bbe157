import type { Scanned } from './scanner.js';

const prefixed = /0(?:([xX])[0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|([bBoO])[0-9_]*)i?/y;
const decimal = /([0-9][0-9_]*)?(\.[0-9_]*)?([eE][+-]?[0-9_]*)?(i)?/y;

/** A Go number. Which of them CEXL takes as a constant is decided afterwards (`newConstant`). */
export function scanNumber(text: string, start: number): Scanned {
  prefixed.lastIndex = start;
  const based = prefixed.exec(text);
  if (based) return prefixedNumber(based[0], start);
  decimal.lastIndex = start;
  const [whole = '', integer = '', fraction, exponent, imaginary] = decimal.exec(text) ?? [];
  const kind = imaginary ? 'IMAG' : fraction !== undefined || exponent !== undefined ? 'FLOAT' : 'INT';
  const end = start + whole.length;
  if (exponent !== undefined && !/[0-9]/.test(exponent)) return { kind, end, problem: { at: start, message: 'exponent has no digits' } };
  const badDigit = kind === 'INT' && /^0[0-9_]/.test(integer) ? integer.search(/[89]/) : -1;
  if (badDigit < 0) return { kind, end };
  return { kind, end, problem: { at: start + badDigit, message: `invalid digit '${integer[badDigit]}' in octal literal` } };
}

function prefixedNumber(whole: string, start: number): Scanned {
  const end = start + whole.length;
  const name = { x: 'hexadecimal', b: 'binary', o: 'octal' }[whole[1]?.toLowerCase() ?? 'x'];
  if (!/[0-9a-fA-F]/.test(whole.slice(2))) return { kind: 'INT', end, problem: { at: start, message: `${name} literal has no digits` } };
  const badDigit = name === 'binary' ? whole.search(/(?<=^..[01_]*)[2-9]/) : name === 'octal' ? whole.search(/(?<=^..[0-7_]*)[89]/) : -1;
  if (badDigit >= 0) return { kind: 'INT', end, problem: { at: start + badDigit, message: `invalid digit '${whole[badDigit]}' in ${name} literal` } };
  const isFloat = name === 'hexadecimal' && /[.pP]/.test(whole);
  if (isFloat && !/[pP]/.test(whole)) return { kind: 'FLOAT', end, problem: { at: start, message: 'hexadecimal mantissa requires a \'p\' exponent' } };
  return { kind: whole.endsWith('i') ? 'IMAG' : isFloat ? 'FLOAT' : 'INT', end };
}
