import { hasErrors, meshConfigKind, parseMeshConfig, validateObject, type ConfigObject } from '@quartet/model';
import { createHash } from 'node:crypto';
import type { DocumentProblem } from './document-problem.js';
import type { YamlDocument } from './yaml-document.js';

/** Files at the top of the folder that hold the mesh configuration, without apiVersion and kind. */
export const isMeshFile = (file: string): boolean => file === 'mesh.yaml' || file === 'mesh.yml';

/** The mesh file's values over the defaults; undefined object if it can't be used. No document at all means the defaults. */
export function parseMeshFile(document: YamlDocument | undefined, file: string): { readonly object: ConfigObject | undefined; readonly problems: readonly DocumentProblem[] } {
  const report = (field: string, reason: string, severity: 'error' | 'warning'): DocumentProblem => ({
    file, kind: meshConfigKind.kind, namespace: '', name: 'meshconfig', field, reason, severity, line: document?.error?.line ?? document?.lineOf(field) ?? 1,
  });
  if (document?.error) return { object: undefined, problems: [report('', `not YAML: ${document.error.reason}`, 'error')] };
  const { spec, problems } = parseMeshConfig(document?.value);
  const object: ConfigObject = Object.freeze({
    collection: meshConfigKind.collection, kind: meshConfigKind.kind, spec, origin: { file, line: document?.line ?? 1 },
    metadata: Object.freeze({ name: 'meshconfig', namespace: 'istio-system', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: versionOf(document?.value) }),
  });
  const all = hasErrors(problems) ? problems : [...problems, ...validateObject(object).map((problem) => ({ ...problem, path: problem.path.replace(/^spec\.?/, '') }))];
  return { object: hasErrors(all) ? undefined : object, problems: all.map(({ path, message, severity }) => report(path, message, severity)) };
}

function versionOf(value: unknown): string {
  return `v${createHash('sha1').update(JSON.stringify(value ?? null)).digest('hex').slice(0, 16)}`;
}
