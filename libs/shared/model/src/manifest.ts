import type { ConfigObject, ObjectMeta, Origin } from './config-object.js';
import type { Kind } from './kind.js';
import { kindByName, kinds } from './kinds.js';
import { isObject, ParseContext, show } from './parse/context.js';
import { parseTimestamp } from './parse/well-known.js';
import { childPath, type Problem } from './problem.js';

export interface ManifestOptions {
  readonly origin?: Origin;
  /** Of an object that names none, unless its kind is cluster-scoped; empty by default. */
  readonly defaultNamespace?: string;
}

export interface ParsedManifest {
  /** Absent if an error is among the problems. */
  readonly object?: ConfigObject;
  /** Known even if the rest of the manifest is faulty. */
  readonly kind?: Kind;
  readonly problems: readonly Problem[];
}

/** A Kubernetes-style object (`apiVersion`, `kind`, `metadata`, `spec`) of one of the known kinds; its form only, see `validateObject`. */
export function parseManifest(json: unknown, options: ManifestOptions = {}): ParsedManifest {
  const context = new ParseContext('error');
  if (!isObject(json)) {
    context.error('', `expected an object, got ${show(json)}`);
    return { problems: context.problems };
  }
  const kind = findKind(json, context);
  if (kind === undefined) return { problems: context.problems };
  const metadata = parseMetadata(json.metadata, context);
  if (!kind.wholeObject) refuseUnknownFields(json, context);
  const { spec, problems: faults } = kind.wholeObject ? kind.parse(json, '') : kind.parse(json.spec, 'spec');
  const problems = [...context.problems, ...faults];
  if (metadata === undefined || problems.some((problem) => problem.severity === 'error')) return { kind, problems };
  const namespace = kind.clusterScoped ? '' : metadata.namespace || (options.defaultNamespace ?? '');
  const object = { collection: kind.collection, kind: kind.kind, metadata: { ...metadata, namespace }, spec, ...(options.origin && { origin: options.origin }) };
  return { kind, object, problems };
}

function findKind(json: Record<string, unknown>, context: ParseContext): Kind | undefined {
  const { apiVersion, kind: name } = json;
  if (typeof apiVersion !== 'string' || apiVersion === '') return context.error('apiVersion', 'is required');
  if (typeof name !== 'string' || name === '') return context.error('kind', 'is required');
  const kind = kindByName(apiVersion, name);
  if (kind !== undefined) return kind;
  const alike = kinds.find((candidate) => candidate.kind.toLowerCase() === name.toLowerCase());
  const hint = alike === undefined ? '' : `; did you mean ${alike.kind} of ${alike.group === '' ? '' : `${alike.group}/`}${alike.version}?`;
  return context.error('kind', `${JSON.stringify(name)} of ${JSON.stringify(apiVersion)} is not a known kind${hint}`);
}

const topLevel: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

function refuseUnknownFields(json: Record<string, unknown>, context: ParseContext): void {
  for (const field of Object.keys(json)) if (!topLevel.has(field)) context.unknown(field, 'unknown field: does it belong into spec?');
}

function parseMetadata(json: unknown, context: ParseContext): ObjectMeta | undefined {
  if (!isObject(json)) return context.error('metadata', json === undefined ? 'is required' : `expected an object, got ${show(json)}`);
  const created = parseTimestamp(text(json, 'creationTimestamp', context));
  const name = text(json, 'name', context);
  if (name === '' && (json.name === undefined || json.name === '')) context.error('metadata.name', 'is required');
  return {
    name,
    namespace: text(json, 'namespace', context),
    labels: stringMap(json, 'labels', context),
    annotations: stringMap(json, 'annotations', context),
    creationTimestamp: created === undefined ? 0 : created.seconds * 1_000 + Math.trunc(created.nanos / 1_000_000),
    resourceVersion: text(json, 'resourceVersion', context),
  };
}

function text(json: Record<string, unknown>, field: string, context: ParseContext): string {
  const value = json[field] ?? '';
  if (typeof value === 'string') return value;
  context.error(`metadata.${field}`, `expected a string, got ${show(value)}`);
  return '';
}

function stringMap(json: Record<string, unknown>, field: string, context: ParseContext): Record<string, string> {
  const value = json[field] ?? {};
  const path = `metadata.${field}`;
  if (!isObject(value)) context.error(path, `expected an object, got ${show(value)}`);
  const result: Record<string, string> = {};
  for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
    if (typeof item === 'string') result[key] = item;
    else context.error(childPath(path, key), `expected a string, got ${show(item)}; put it in quotes`);
  }
  return result;
}
