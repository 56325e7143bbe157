import { parseManifest, parseMeshConfig, type ConfigObject } from '@quartet/model';
import { parseAllDocuments } from 'yaml';

/** Objects of YAML text; a document without kind is the mesh configuration. @throws Error with what is wrong */
export function readObjects(text: string): ConfigObject[] {
  return parseAllDocuments(text).flatMap((document): ConfigObject[] => {
    const json = document.toJS() as Record<string, unknown> | null;
    if (json === null) return [];
    if (json['kind'] === undefined) return [meshObject(json)];
    const { object, problems } = parseManifest(json, { defaultNamespace: 'default' });
    if (!object) throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
    return [object];
  });
}

function meshObject(json: unknown): ConfigObject {
  const { spec } = parseMeshConfig(json) as { spec: unknown };
  return { collection: 'istio/mesh/v1alpha1/MeshConfig', kind: 'MeshConfig', metadata: { name: 'meshconfig', namespace: '', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '' }, spec };
}
