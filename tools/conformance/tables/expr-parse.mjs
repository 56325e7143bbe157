// expr-parse.json: the parser, the type check, constants, equality extraction and the functions by themselves.
import { EvalError, ExprError, extractEqMatches, formatIp, typeOfExpression, valueTypeByName, valueTypeName } from '@quartet/mixer-expr';
import * as language from '@quartet/mixer-expr/internal';

export const name = 'expr-parse';

const checks = {
  parse: (test) => outcome(test, () => language.printExpression(language.parseExpression(test.expr)), test.printed),
  typecheck: (test) => outcome(test, () => valueTypeName(typeOfExpression(test.expr, environment(test))), test.type),
  constant: (test) => outcome(test, () => language.newConstant(test.literal, valueTypeByName(test.type)).value, test.value),
  extractEQMatches: (test) => outcome({ ok: true }, () => Object.fromEntries(extractEqMatches(test.expr)), test.result),
  extern: (test) => outcome(test, () => externs[test.function](...test.args), test.result),
};

const externs = {
  ...language,
  ip: (text) => formatIp(language.ip(text)),
  ipEqual: (a, b) => language.ipEqual(language.ip(a), language.ip(b)),
  timestamp: (text) => language.timestamp(text).toString(),
  timestampEqual: (a, b) => language.timestamp(a).compare(language.timestamp(b)) === 0,
  startsWith: (text, prefix) => text.startsWith(prefix),
  endsWith: (text, suffix) => text.endsWith(suffix),
  emailParts: (text) => Object.values(language.emailParts(text)),
};

export async function* cases({ readJson }) {
  for (const [index, test] of (await readJson('expr-parse.json')).entries()) {
    const label = test.expr ?? test.literal ?? `${test.function}(${test.args?.join(', ')})`;
    yield { id: `${index} ${test.kind} ${label}`, check: () => checks[test.kind](test) };
  }
}

function environment({ manifest, functions }) {
  return {
    attributes: (attribute) => (Object.hasOwn(manifest, attribute) ? valueTypeByName(manifest[attribute]) : undefined),
    functions: functions.map((spec) => ({
      ...spec,
      targetType: valueTypeByName(spec.targetType ?? 'VALUE_TYPE_UNSPECIFIED'),
      argumentTypes: spec.argumentTypes.map(valueTypeByName),
      returnType: valueTypeByName(spec.returnType),
    })),
  };
}

function outcome({ ok, errorContains = '' }, action, expected) {
  let actual;
  try {
    actual = action();
  } catch (error) {
    if (!(error instanceof ExprError || error instanceof EvalError)) throw error;
    if (ok || !error.message.includes(errorContains)) throw new Error(`failed with ${error.message}${ok ? '' : `, expected ${errorContains}`}`);
    return;
  }
  if (!ok) throw new Error(`got ${JSON.stringify(actual)}, expected an error`);
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}
