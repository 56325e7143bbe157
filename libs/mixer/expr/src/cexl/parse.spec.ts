import { describe, expect, it } from 'vitest';
import { ExprError } from '../errors.js';
import { printExpression } from './ast.js';
import { parseExpression } from './parse.js';

const print = (text: string): string => printExpression(parseExpression(text));

function errorOf(text: string): string {
  try {
    return `no error: ${print(text)}`;
  } catch (error) {
    expect(error).toBeInstanceOf(ExprError);
    return (error as ExprError).message;
  }
}

describe('parseExpression', () => {
  it.each([
    ['a', '$a'],
    ['a.b_1.c', '$a.b_1.c'],
    ['ä.ö', '$ä.ö'],
    ['TRUE', 'true'],
    ['False', 'false'],
    ['010', '010'],
    ['1e3', '1e3'],
    ['.5', '.5'],
    ["'x'", "'x'"],
    ['`raw\\n`', '`raw\\n`'],
    ['a || b && c == d + e', 'LOR($a, LAND($b, EQ($c, ADD($d, $e))))'],
    ['a | "x" + "y"', 'ADD(OR($a, "x"), "y")'],
    ['a | b == "x"', 'EQ(OR($a, $b), "x")'],
    ['a + b | c', 'OR(ADD($a, $b), $c)'],
    ['a < b == c', 'EQ(LT($a, $b), $c)'],
    ['a <= b', 'LEQ($a, $b)'],
    ['a > b', 'GT($a, $b)'],
    ['a >= b', 'GEQ($a, $b)'],
    ['a != b', 'NEQ($a, $b)'],
    ['m["k"]', 'INDEX($m, "k")'],
    ['(m["k"]).startsWith("v")', 'INDEX($m, "k"):startsWith("v")'],
    ['"x".matches(a.b)', '"x":matches($a.b)'],
    ['f(a, g(b),)', 'f($a, g($b))'],
    ['f(a...)', 'f($a)'],
    ['a /* between */ == // to the end\n b', 'EQ($a, $b)'],
    ['a\n', '$a'],
    ['-a', 'SUB($a)'],
    ['a << 2', '($a, 2)'],
    ['((a))', '$a'],
  ])('%s', (text, printed) => {
    expect(print(text)).toBe(printed);
  });

  it.each([
    ['', "1:1: expected operand, found 'EOF'"],
    ['a ==', "1:5: expected operand, found 'EOF'"],
    ['a b', "1:3: expected 'EOF', found b"],
    ['a = b', "1:3: expected '==', found '='"],
    ['a == "x', '1:6: string literal not terminated'],
    ['(a', "1:3: expected ')', found newline"],
    ['f(a b)', "1:5: missing ',' in argument list"],
    ['f(a\n)', "1:4: missing ',' before newline in argument list"],
    ['a.type', "1:3: expected selector or type assertion, found 'type'"],
    ['range', "1:1: expected operand, found 'range'"],
    ['a @ b', "1:3: illegal character U+0040 '@'"],
    ['é @', "1:4: illegal character U+0040 '@'"],
    ['a ==\n  ?', "2:3: illegal character U+003F '?'"],
    ['@ @', "1:1: illegal character U+0040 '@' (and 1 more errors)"],
    ["a == 'ab'", '1:6: illegal rune literal'],
    ['"\\q"', '1:2: unknown escape sequence'],
    ['"\\xg0"', "1:4: illegal character U+0067 'g' in escape sequence"],
    ['`open', '1:1: raw string literal not terminated'],
    ['/* open', '1:1: comment not terminated'],
    ['09', "1:2: invalid digit '9' in octal literal"],
    ['1e', '1:1: exponent has no digits'],
    ['0x', '1:1: hexadecimal literal has no digits'],
    ['m[]', "1:3: expected operand, found ']'"],
    ['a; b', "1:2: expected 'EOF', found ';'"],
    ['a\nb', "2:1: expected 'EOF', found b"],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(text)).toBe(`unable to parse expression '${text}': ${problem}`);
  });

  it.each(['*a', 'a[1:2]', 'a.(b)', 'T{1}', 'T{a: {b}}.c()', 'f().b', 'm["k"].startsWith("v")', '(a)(b)', 'a[0](b)'])('finds %s unexpected', (text) => {
    expect(errorOf(text)).toMatch(/^unexpected expression: /);
  });

  it.each([
    ['0x10', 'strconv.ParseInt: parsing "0x10": invalid syntax'],
    ['1_000', 'strconv.ParseInt: parsing "1_000": invalid syntax'],
    ['9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    ['1e999', 'strconv.ParseFloat: parsing "1e999": value out of range'],
    ['2i', 'invalid syntax'],
  ])('refuses the constant %s', (text, message) => {
    expect(errorOf(text)).toBe(message);
  });

  it.each([
    ['parentheses', `${'('.repeat(10_000)}a`],
    ['operators', Array(5000).fill('a').join(' && ')],
    ['signs', `${'-'.repeat(10_000)}a`],
    ['members', `a${'.b'.repeat(5000)}`],
    ['indexes', `${'m['.repeat(10_000)}a`],
    ['chains in chains', Array(900).fill(`(${Array(900).fill('a').join('+')})`).join('&&')],
  ])('takes no depth of %s that would exhaust its stack', (_what, text) => {
    expect(() => parseExpression(text)).toSatisfy((parse: () => unknown) => {
      try {
        parse();
        return true;
      } catch (error) {
        return error instanceof ExprError;
      }
    });
  });
});
