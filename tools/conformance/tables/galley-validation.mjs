// galley/validation/dataset: manifests that the admission webhook takes or refuses, by the names of their files.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatProblem, hasErrors, parseManifest, validateObject } from '@quartet/model';
import { parseAllDocuments } from 'yaml';

export const name = 'galley-validation';
const dataset = 'galley/validation/dataset';

export async function* cases({ folder, readText }) {
  for (const file of (await readdir(join(folder, dataset))).filter((entry) => entry.endsWith('.yaml')).toSorted()) {
    yield { id: file, check: async () => check(await readText(`${dataset}/${file}`), !file.includes('-invalid')) };
  }
}

/** A file is invalid if one of its objects is: the others are what that one refers to. */
function check(text, valid) {
  const problems = parseAllDocuments(text).map((document) => document.toJS()).filter((json) => json !== null).flatMap(problemsOf);
  const errors = problems.filter((problem) => hasErrors([problem])).map(formatProblem);
  if (valid && errors.length > 0) throw new Error(`should be valid, got ${errors.join('; ')}`);
  if (!valid && errors.length === 0) throw new Error('should be invalid');
}

function problemsOf(json) {
  const { object, problems } = parseManifest(json, { defaultNamespace: 'default' });
  return object === undefined ? problems : [...problems, ...validateObject(object)];
}
