// expressions-cel.json: CEL by itself, and the access log's expressions, which compile in CEXL and in COMPAT.
import { compileExpression, EvalError, ExprError, valueTypeByName } from '@quartet/mixer-expr';
import { trackingBag } from '../tracking-bag.mjs';
import { assertValue } from '../values.mjs';

export const name = 'expressions-cel';

export async function* cases({ readJson }) {
  const { manifest, cases: tests, accessLog } = await readJson('expressions-cel.json');
  for (const [index, test] of tests.entries()) yield { id: `${index} ${test.expr}`, check: () => checkCase(test, environment(manifest, 'CEL')) };
  for (const [variable, expression] of Object.entries(accessLog.expressionsThatCompile)) {
    yield {
      id: `accessLog ${variable}`,
      check: () => ['CEXL', 'COMPAT'].forEach((language) => compileExpression(expression, environment(accessLog.manifest, language))),
    };
  }
}

function environment(manifest, language) {
  return {
    language,
    attributes: (attribute) => (Object.hasOwn(manifest, attribute) ? valueTypeByName(manifest[attribute]) : undefined),
    attributeNames: () => Object.keys(manifest),
  };
}

function checkCase(test, env) {
  const bag = trackingBag(test.attributes ?? {});
  let compiled;
  try {
    compiled = compileExpression(test.expr, env);
  } catch (error) {
    if (!(error instanceof ExprError) || test.checkError === undefined) throw error;
    return assertContains(error.message, test.checkError);
  }
  if (test.checkError !== undefined) throw new Error(`compiles, expected ${test.checkError}`);
  checkOutcome(test, () => compiled.eval(bag));
  const references = bag.references();
  if (JSON.stringify(references) !== JSON.stringify(test.referenced)) throw new Error(`referenced ${references}, expected ${test.referenced}`);
}

function checkOutcome(test, evaluate) {
  let value;
  try {
    value = evaluate();
  } catch (error) {
    if (!(error instanceof EvalError) || test.error === undefined) throw error;
    return assertContains(error.message, test.error);
  }
  if (test.error !== undefined) throw new Error(`got a value, expected the error ${test.error}`);
  // Outside CEL an IP address is its bytes.
  assertValue(value, test.result);
}

function assertContains(actual, part) {
  if (!actual.includes(part)) throw new Error(`got ${JSON.stringify(actual)}, expected ${JSON.stringify(part)}`);
}
