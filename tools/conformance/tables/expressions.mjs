// expressions.json: Mixer's own table of expressions, each in CEXL and again in COMPAT (CEXL's syntax, CEL's meaning).
import { compileExpression, EvalError, ExprError, valueTypeByName, valueTypeName } from '@quartet/mixer-expr';
import { trackingBag } from '../tracking-bag.mjs';
import { assertValue } from '../values.mjs';

export const name = 'expressions';

export async function* cases({ readJson }) {
  const manifests = await readJson('expressions-manifests.json');
  for (const [index, test] of (await readJson('expressions.json')).entries()) {
    const manifest = manifests[test.config];
    yield {
      id: `${index} ${test.expr}`,
      check: () => {
        checkCexl(test, manifest);
        labelled('COMPAT', () => checkCompat(test, manifest));
      },
    };
  }
}

function environment({ functions = [] }, manifest, language) {
  return {
    language,
    attributes: (attribute) => (Object.hasOwn(manifest, attribute) ? valueTypeByName(manifest[attribute]) : undefined),
    attributeNames: () => Object.keys(manifest),
    functions: functions.map((spec) => ({
      ...spec,
      targetType: valueTypeByName(spec.targetType ?? 'VALUE_TYPE_UNSPECIFIED'),
      argumentTypes: spec.argumentTypes.map(valueTypeByName),
      returnType: valueTypeByName(spec.returnType),
      implementation: (text) => [...text].toReversed().join(''),
    })),
  };
}

function checkCexl(test, manifest) {
  const compiled = attempt(() => compileExpression(test.expr, environment(test, manifest, 'CEXL')), ExprError);
  if (test.compileError !== undefined) return assertEqual(compiled.error?.message, test.compileError, 'compile error');
  if (compiled.error) throw new Error(`does not compile: ${compiled.error.message}`);
  assertEqual(valueTypeName(compiled.value.type), test.type, 'type');
  const bag = trackingBag(test.attributes ?? {});
  const outcome = attempt(() => compiled.value.eval(bag), EvalError);
  // A case may give both: some older evaluators answered where the compiled one fails.
  if (test.error !== undefined && outcome.error) assertPrefix(outcome.error.message, test.error);
  else if (test.error !== undefined) throw new Error(`got a value, expected the error ${test.error}`);
  else if (outcome.error) throw new Error(`evaluation failed: ${outcome.error.message}`);
  else assertValue(outcome.value, test.result);
  if (test.referenced) assertEqual(bag.references(), test.referenced, 'referenced attributes');
}

/** As upstream's own comparison: a compile error needs no particular text, nor has one to be an error in CEL. */
function checkCompat(test, manifest) {
  const compiled = attempt(() => compileExpression(test.expr, environment(test, manifest, 'COMPAT')), ExprError);
  if (test.compileError !== undefined) return;
  if (compiled.error) throw new Error(`does not compile: ${compiled.error.message}`);
  assertEqual(valueTypeName(compiled.value.type), test.type, 'type');
  const bag = trackingBag(test.attributes ?? {});
  const outcome = attempt(() => compiled.value.eval(bag), EvalError);
  const expected = test.celResult ?? test.result;
  if (outcome.error) {
    const contained = test.celResult?.t === 'error' ? test.celResult.v : test.error;
    if (contained === undefined) throw new Error(`evaluation failed: ${outcome.error.message}`);
    if (test.celResult && !outcome.error.message.includes(contained)) throw new Error(`failed with ${outcome.error.message}, expected ${contained}`);
  } else if (expected) assertValue(outcome.value, expected);
  else throw new Error('got a value, expected an error');
  // `referenced` is CEXL's; where CEL fails instead, it says nothing of CEL's references.
  const referenced = test.celReferenced ?? (test.celResult?.t === 'error' ? undefined : test.referenced);
  if (referenced) assertEqual(bag.references(), referenced, 'referenced attributes');
}

function attempt(action, kind) {
  try {
    return { value: action() };
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    return { error };
  }
}

function labelled(label, action) {
  try {
    action();
  } catch (error) {
    throw new Error(`${label}: ${error.message}`);
  }
}

function assertEqual(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`${what}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}

function assertPrefix(actual, prefix) {
  if (!actual.startsWith(prefix)) throw new Error(`error: got ${JSON.stringify(actual)}, expected it to start with ${JSON.stringify(prefix)}`);
}
