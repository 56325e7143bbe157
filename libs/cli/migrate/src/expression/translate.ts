import { ValueType } from '@quartet/mixer-expr';
import { and, constant, lit, or, sizeOf } from '../formula/formula.js';
import { exact, unanchored, type TextMatch } from '../formula/text-match.js';
import { NotTranslatable } from '../not-translatable.js';
import { RE2JS } from 're2js';
import { parseExpression, type Call, type Expression } from './ast.js';
import { mapEntry, textAttributes, type AttributeContext } from './attributes.js';
import { constantText, testText, truth, type Text, type TextSource, type Truth } from './text-source.js';

/**
 * When a BOOL expression of CEXL is true and when it is false, by the rules of CEXL: an absent attribute fails the
 * evaluation, `&&` and `||` stop early.
 * @throws NotTranslatable, ExprError
 */
export function translateCondition(text: string, context: AttributeContext): Truth {
  return condition(parseExpression(text), context);
}

/** A STRING expression: attributes, entries of maps, constants, and `|` between them. @throws NotTranslatable, ExprError */
export function translateText(text: string, context: AttributeContext): Text {
  return textOf(parseExpression(text), context);
}

/** Every `&&`, `||` and conditional() may double what its left side takes. */
const largest = 2_000;

function condition(expression: Expression, context: AttributeContext): Truth {
  const result = anyCondition(expression, context);
  if (sizeOf(result.yes) + sizeOf(result.no) > largest) throw new NotTranslatable(`its condition takes more than ${largest} tests in Envoy`);
  return result;
}

function anyCondition(expression: Expression, context: AttributeContext): Truth {
  if (expression.kind === 'constant') {
    if (typeof expression.value !== 'boolean') throw new NotTranslatable(`${expression.text} is no condition`);
    return truth(constant(expression.value));
  }
  if (expression.kind === 'variable') return booleanAttribute(expression.name);
  return callCondition(expression, context);
}

/** Whether the client has a certificate. */
function booleanAttribute(name: string): Truth {
  if (name !== 'connection.mtls') throw new NotTranslatable(`${name}: Envoy's filters can't test it`);
  return truth(lit({ kind: 'peer' }));
}

function callCondition(call: Call, context: AttributeContext): Truth {
  const [first, second, third] = call.args;
  const sub = (expression: Expression | undefined): Truth => condition(required(expression, call), context);
  switch (call.name) {
    case 'EQ':
      return equality(required(first, call), required(second, call), context);
    case 'NEQ':
      return negate(equality(required(first, call), required(second, call), context));
    case 'LAND':
      return both(sub(first), sub(second));
    case 'LOR':
      return negate(both(negate(sub(first)), negate(sub(second))));
    case 'conditional':
      return choice(sub(first), sub(second), sub(third));
    case 'OR':
      return booleanPick(required(first, call));
    case 'match':
      return testText(textOf(required(first, call), context), wildcard(textConstant(required(second, call), 'the pattern of match()')));
    case 'startsWith':
      return testText(textOf(required(call.target, call), context), { kind: 'prefix', text: textConstant(required(first, call), 'a prefix') });
    case 'endsWith':
      return testText(textOf(required(call.target, call), context), { kind: 'suffix', text: textConstant(required(first, call), 'a suffix') });
    case 'matches':
      return testText(textOf(required(first, call), context), regex(textConstant(required(call.target, call), 'a regular expression')));
    default:
      throw new NotTranslatable(`${operatorText(call.name)}: has no counterpart in Envoy's filters`);
  }
}

const negate = ({ yes, no }: Truth): Truth => ({ yes: no, no: yes });
/** The right side is evaluated only if the left one is true. */
const both = (left: Truth, right: Truth): Truth => ({ yes: and(left.yes, right.yes), no: or(left.no, and(left.yes, right.no)) });
const choice = (test: Truth, then: Truth, otherwise: Truth): Truth => ({
  yes: or(and(test.yes, then.yes), and(test.no, otherwise.yes)), no: or(and(test.yes, then.no), and(test.no, otherwise.no)),
});

/** `connection.mtls | false`: the attribute is never absent. */
function booleanPick(left: Expression): Truth {
  if (left.kind !== 'variable') throw new NotTranslatable('| after a computed condition');
  return booleanAttribute(left.name);
}

function equality(left: Expression, right: Expression, context: AttributeContext): Truth {
  if (left.kind === 'constant' && right.kind !== 'constant') return equality(right, left, context);
  if (right.kind === 'constant' && right.type === ValueType.BOOL) return right.value === true ? condition(left, context) : negate(condition(left, context));
  if (right.kind === 'constant' && right.type === ValueType.INT64) return port(left, Number(right.value));
  if (right.kind === 'call' && right.name === 'ip') return address(left, right);
  return testText(textOf(left, context), exact(textConstant(right, 'the other side of ==')));
}

function port(left: Expression, value: number): Truth {
  if (left.kind !== 'variable' || left.name !== 'destination.port') throw new NotTranslatable(`a comparison of ${left.kind === 'variable' ? left.name : 'a computed number'}: Envoy's filters compare no numbers`);
  return truth(lit({ kind: 'port', port: value }));
}

function address(left: Expression, right: Call): Truth {
  if (!isPeerAddress(left)) throw new NotTranslatable('only source.ip and origin.ip can be compared with an address');
  const text = textConstant(required(right.args[0], right), 'the address of ip()');
  return truth(lit({ kind: 'peer-ip', address: text, bits: text.includes(':') ? 128 : 32 }));
}

/** `source.ip` (as kubernetesenv fills it from the pod) and `origin.ip` are the address that Envoy sees; defaults are dead. */
export function isPeerAddress(expression: Expression): boolean {
  if (expression.kind === 'variable') return expression.name === 'source.ip' || expression.name === 'origin.ip';
  return expression.kind === 'call' && expression.name === 'OR' && expression.args[0] !== undefined && isPeerAddress(expression.args[0]);
}

export function textOf(expression: Expression, context: AttributeContext): Text {
  const parts = alternatives(expression);
  return parts.map((part, index) => source(part, index < parts.length - 1, context));
}

/** The operands of left-nested `|`. One nested to the right behaves differently in Mixer, and is refused. */
function alternatives(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'call' || expression.name !== 'OR') return [expression];
  const [left, right] = expression.args;
  if (left === undefined || right === undefined || (right.kind === 'call' && right.name === 'OR')) throw new NotTranslatable('| nested to the right');
  return [...alternatives(left), right];
}

function source(expression: Expression, optional: boolean, context: AttributeContext): TextSource {
  if (expression.kind === 'constant') return constantText(textConstant(expression, 'a constant'));
  if (expression.kind === 'variable') {
    const reader = textAttributes[expression.name];
    if (!reader) throw new NotTranslatable(`${expression.name}: ${whyNot(expression.name)}`);
    return reader(context);
  }
  if (expression.name !== 'INDEX') throw new NotTranslatable(`${operatorText(expression.name)}: a computed text has no counterpart in Envoy's filters`);
  const [map, key] = expression.args;
  if (map?.kind !== 'variable' || key === undefined) throw new NotTranslatable('[] of something computed');
  return mapEntry(map.name, textConstant(key, 'the key in []'), optional, context);
}

function whyNot(name: string): string {
  if (name.startsWith('source.')) return "Envoy knows no more of a client than its certificate and address; use source.principal or source.namespace";
  if (name.startsWith('destination.')) return 'a workload selector knows only labels; use destination.labels';
  if (name.startsWith('request.auth.')) return 'write requestPrincipals or request.auth.claims in an AuthorizationPolicy';
  if (name.startsWith('response.') || name.startsWith('check.') || name.startsWith('quota.')) return 'is not known when a request is checked';
  return "Envoy's filters can't read it";
}

function textConstant(expression: Expression, what: string): string {
  if (expression.kind === 'constant' && expression.type === ValueType.STRING) return String(expression.value);
  throw new NotTranslatable(`${what} is no text constant`);
}

function regex(text: string): TextMatch {
  try {
    RE2JS.compile(text);
  } catch (error) {
    throw new NotTranslatable(`regular expression ${text}: ${(error as Error).message}`);
  }
  return unanchored(text);
}

/** `match(text, pattern)`: only one `*`, at an end, is special. */
function wildcard(pattern: string): TextMatch {
  if (pattern.endsWith('*')) return { kind: 'prefix', text: pattern.slice(0, -1) };
  return pattern.startsWith('*') ? { kind: 'suffix', text: pattern.slice(1) } : exact(pattern);
}

const operators: Readonly<Record<string, string>> = { LT: '<', LEQ: '<=', GT: '>', GEQ: '>=', ADD: '+', OR: '|', INDEX: '[]' };

function operatorText(name: string): string {
  return operators[name] ?? `${name}()`;
}

function required(expression: Expression | undefined, call: Call): Expression {
  if (expression === undefined) throw new NotTranslatable(`${operatorText(call.name)} lacks an argument`);
  return expression;
}
