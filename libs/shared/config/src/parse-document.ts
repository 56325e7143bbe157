import { hasErrors, parseManifest, validateObject, type ConfigObject, type Kind, type Problem } from '@quartet/model';
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
    const items = value['items'].map((item, index) => parseOne(item, `items[${index}]`, { document, context }));
    return { objects: items.flatMap(({ objects }) => objects), problems: items.flatMap(({ problems }) => problems), refused: items.flatMap(({ refused }) => refused) };
  }
  return parseOne(value, '', { document, context });
}

const nobody = { kind: '', namespace: '', name: '', field: '' };

interface Place {
  readonly document: YamlDocument;
  readonly context: DocumentContext;
}

function parseOne(value: unknown, at: string, { document, context }: Place): ParsedDocument {
  const under = (path: string): string => (at === '' ? path : path === '' ? at : `${at}.${path}`);
  const origin = { file: context.file, line: document.lineOf(at) };
  const { kind, object, problems } = parseManifest(value, { origin, defaultNamespace: context.defaultNamespace });
  const who = identify(value, kind, context.defaultNamespace);
  const all = object ? [...problems, ...validateObject(object)] : foreign(value, kind) ? problems.map(skipped) : problems;
  const report = all.map(({ path, message, severity }) => ({ ...who, file: context.file, line: document.lineOf(under(path)), field: path, reason: message, severity }));
  if (object && !hasErrors(all)) return { objects: [withVersion(object, value)], problems: report, refused: [] };
  return { objects: [], problems: report, refused: kind && who.name !== '' ? [{ ...who, collection: kind.collection }] : [] };
}

/** As far as it can be read. */
function identify(value: unknown, kind: Kind | undefined, defaultNamespace: string): { kind: string; namespace: string; name: string } {
  const metadata = isJson(value) && isJson(value['metadata']) ? value['metadata'] : {};
  const name = textOf(metadata['name']);
  const namespace = textOf(metadata['namespace']) || (kind ? defaultNamespace : '');
  return { kind: kind?.kind ?? textOf(isJson(value) ? value['kind'] : ''), name, namespace: kind?.clusterScoped ? '' : namespace };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A manifest that is none of ours, such as a Deployment beside the rules of its service. */
function foreign(value: unknown, kind: Kind | undefined): boolean {
  const apiVersion = isJson(value) ? textOf(value['apiVersion']) : '';
  return kind === undefined && apiVersion !== '' && textOf((value as Json)['kind']) !== '' && !/(^|\.)(istio|quartet)\.io\//.test(apiVersion);
}

const skipped = (problem: Problem): Problem => ({ ...problem, message: `${problem.message}; skipped`, severity: 'warning' });

/** Content decides, so that a restart or a rewrite of the same text is no change. (Istio's file source counts: `v<n>`.) */
function withVersion(object: ConfigObject, manifest: unknown): ConfigObject {
  const resourceVersion = `v${createHash('sha1').update(JSON.stringify(manifest)).digest('hex').slice(0, 16)}`;
  return Object.freeze({ ...object, metadata: Object.freeze({ ...object.metadata, resourceVersion }) });
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
