import { childPath, hasErrors, kindByName, validateObject, type ConfigObject, type Kind, type Problem } from '@quartet/model';
import { createHash } from 'node:crypto';
import type { DocumentProblem } from './document-problem.js';
import type { YamlDocument } from './yaml-document.js';

/** What a document gave: an object (or several, of a List), and what is wrong with it. */
export interface ParsedDocument {
  readonly objects: readonly ConfigObject[];
  readonly problems: readonly DocumentProblem[];
  /** Objects that the document means but that can't be used. */
  readonly refused: readonly { readonly collection: string; readonly namespace: string; readonly name: string }[];
}

export interface DocumentContext {
  readonly file: string;
  readonly defaultNamespace: string;
}

type Json = Record<string, unknown>;

/** Reads one document as a manifest: identity, spec, Istio's validation. Never throws. */
export function parseDocument(document: YamlDocument, context: DocumentContext): ParsedDocument {
  if (document.error) {
    const { line, reason } = document.error;
    return { objects: [], refused: [], problems: [{ ...nobody, file: context.file, line, reason: `not YAML: ${reason}`, severity: 'error' }] };
  }
  const { value } = document;
  if (isJson(value) && value['kind'] === 'List' && Array.isArray(value['items'])) {
    const items = value['items'].map((item, index) => parseManifest(item, `items[${index}]`, { document, context }));
    return { objects: items.flatMap(({ objects }) => objects), problems: items.flatMap(({ problems }) => problems), refused: items.flatMap(({ refused }) => refused) };
  }
  return parseManifest(value, '', { document, context });
}

const nobody = { kind: '', namespace: '', name: '', field: '' };

interface Place {
  readonly document: YamlDocument;
  readonly context: DocumentContext;
}

function parseManifest(value: unknown, at: string, { document, context }: Place): ParsedDocument {
  const identity = identify(value, context);
  const under = (path: string): string => (at === '' ? path : path === '' ? at : `${at}.${path}`);
  const report = (problems: readonly Problem[]): DocumentProblem[] =>
    problems.map(({ path, message, severity }) => ({
      file: context.file, line: document.lineOf(under(path)), kind: identity.kindName, namespace: identity.namespace, name: identity.name, field: path, reason: message, severity,
    }));
  if (!identity.kind || hasErrors(identity.problems)) return { objects: [], problems: report(identity.problems), refused: [] };
  const { kind, namespace, name } = identity;
  const { spec, problems } = kind.parse(...specOf(kind, value as Json));
  const object: ConfigObject = Object.freeze({
    collection: kind.collection, kind: kind.kind, spec, metadata: metadataOf(value as Json, identity), origin: { file: context.file, line: document.lineOf(at) },
  });
  const all = hasErrors(problems) ? problems : [...problems, ...validateObject(object)];
  if (!hasErrors(all)) return { objects: [object], problems: report(all), refused: [] };
  return { objects: [], problems: report(all), refused: [{ collection: kind.collection, namespace, name }] };
}

/** Kubernetes' own kinds are taken whole; of all others the spec. */
function specOf(kind: Kind, manifest: Json): [unknown, string] {
  return kind.group === '' ? [manifest, ''] : [manifest['spec'], 'spec'];
}

interface Identity {
  readonly kind: Kind | undefined;
  readonly kindName: string;
  readonly namespace: string;
  readonly name: string;
  readonly problems: readonly Problem[];
}

function identify(value: unknown, { defaultNamespace }: DocumentContext): Identity {
  const problems: Problem[] = [];
  const fault = (path: string, message: string, severity: Problem['severity'] = 'error'): void => void problems.push({ path, message, severity });
  if (!isJson(value)) {
    fault('', 'expected an object with apiVersion, kind and metadata');
    return { kind: undefined, kindName: '', namespace: '', name: '', problems };
  }
  const { apiVersion, kind: kindName } = value;
  const metadata = isJson(value['metadata']) ? value['metadata'] : {};
  const kind = typeof apiVersion === 'string' && typeof kindName === 'string' ? kindByName(apiVersion, kindName) : undefined;
  if (typeof apiVersion !== 'string') fault('apiVersion', 'expected a string');
  else if (typeof kindName !== 'string') fault('kind', 'expected a string');
  else if (!kind) fault('kind', `no kind ${kindName} of ${apiVersion} is known; the document is skipped`, ours(apiVersion) ? 'error' : 'warning');
  const name = textOf(metadata['name'], 'metadata.name', fault);
  if (kind && (metadata['name'] ?? '') === '') fault('metadata.name', 'missing');
  const namespace = textOf(metadata['namespace'], 'metadata.namespace', fault);
  for (const map of ['labels', 'annotations']) checkTexts(metadata[map], `metadata.${map}`, fault);
  return { kind, kindName: typeof kindName === 'string' ? kindName : '', name, namespace: kind?.clusterScoped ? '' : namespace || (kind ? defaultNamespace : ''), problems };
}

const ours = (apiVersion: string): boolean => /(^|\.)(istio|quartet)\.io\//.test(apiVersion);

type Fault = (path: string, message: string) => void;

function textOf(value: unknown, path: string, fault: Fault): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') fault(path, `expected a string, got ${JSON.stringify(value)}`);
  return typeof value === 'string' ? value : '';
}

function checkTexts(value: unknown, path: string, fault: Fault): void {
  if (value === undefined || value === null) return;
  if (!isJson(value)) return fault(path, 'expected an object of strings');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') fault(childPath(path, key), `expected a string, got ${JSON.stringify(text)}`);
  }
}

function metadataOf(manifest: Json, { name, namespace }: Identity): ConfigObject['metadata'] {
  const { labels, annotations, creationTimestamp } = (manifest['metadata'] ?? {}) as Json;
  const created = typeof creationTimestamp === 'string' ? Date.parse(creationTimestamp) : Number.NaN;
  return Object.freeze({
    name, namespace,
    labels: Object.freeze({ ...(labels as Record<string, string> | null) }),
    annotations: Object.freeze({ ...(annotations as Record<string, string> | null) }),
    creationTimestamp: Number.isNaN(created) ? 0 : created,
    resourceVersion: versionOf(manifest),
  });
}

/** Content decides, so that a restart or a rewrite of the same text is no change. (Istio's file source counts: `v<n>`.) */
function versionOf(manifest: Json): string {
  return `v${createHash('sha1').update(JSON.stringify(manifest)).digest('hex').slice(0, 16)}`;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
