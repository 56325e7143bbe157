import type { ConfigObject } from '@quartet/model';
import type { DocumentProblem } from './document-problem.js';
import type { FolderFile, FolderState } from './folder-reader.js';
import { isMeshFile, parseMeshFile } from './mesh-file.js';
import { parseDocument, type ParsedDocument } from './parse-document.js';
import { objectKey } from './snapshot.js';
import { readYaml } from './yaml-document.js';

/** What becomes of an object whose document can no longer be used: gone, as with Istio 1.4's files, or as it last was. */
export type BadDocuments = 'remove' | 'keep-last-good';

export interface FolderContent {
  /** Collection -> objects. */
  readonly collections: ReadonlyMap<string, readonly ConfigObject[]>;
  /** In the order of files and lines. */
  readonly problems: readonly DocumentProblem[];
}

interface ParsedFile extends ParsedDocument {
  readonly file: FolderFile;
  /** A document that can't even be told apart: any object of this file may be meant. */
  readonly illegible: boolean;
}

type Objects = Map<string, ConfigObject>;

/** Turns files into objects; keeps the parsed form of files, and the very objects whose content stayed the same. */
export class FolderParser {
  #files = new Map<string, ParsedFile>();
  #last: Objects = new Map();
  #mesh: ConfigObject | undefined;

  constructor(
    private readonly defaultNamespace: string,
    private readonly badDocuments: BadDocuments,
  ) {}

  parse({ files, unreadable }: FolderState): FolderContent {
    const problems: DocumentProblem[] = unreadable.map(({ path, reason }) => ({ ...nobody, file: path, reason: `can't be read: ${reason}`, severity: 'error' }));
    const manifests = files.filter(({ path }) => !isMeshFile(path));
    const parsed = manifests.map((file) => this.#parseFile(file));
    this.#files = new Map(parsed.map((each) => [each.file.path, each]));
    const objects: Objects = new Map();
    for (const each of parsed) this.#collect(each, objects, problems);
    if (this.badDocuments === 'keep-last-good') for (const each of parsed) this.#keepLastGood(each, objects);
    this.#last = objects;
    const mesh = this.#parseMesh(files.find(({ path }) => isMeshFile(path)), problems);
    return { problems: problems.sort(byPlace), collections: byCollection([...objects.values(), mesh]) };
  }

  #parseFile(file: FolderFile): ParsedFile {
    const known = this.#files.get(file.path);
    if (known?.file === file) return known;
    const documents = readYaml(file.text);
    const parsed = documents.map((document) => parseDocument(document, { file: file.path, defaultNamespace: this.defaultNamespace }));
    return {
      file,
      objects: parsed.flatMap((each) => each.objects),
      problems: parsed.flatMap((each) => each.problems),
      refused: parsed.flatMap((each) => each.refused),
      illegible: documents.some(({ error }) => error !== undefined),
    };
  }

  /** The first of two objects of one name stands. An object with its old content is its old self. */
  #collect({ objects, problems: own }: ParsedFile, into: Objects, problems: DocumentProblem[]): void {
    problems.push(...own);
    for (const object of objects) {
      const key = keyOf(object);
      const first = into.get(key);
      if (!first) into.set(key, same(this.#last.get(key), object));
      else problems.push(duplicate(object, first));
    }
  }

  #keepLastGood({ file, refused, illegible }: ParsedFile, objects: Objects): void {
    const meant = new Set(refused.map(({ collection, namespace, name }) => `${collection}/${objectKey(namespace, name)}`));
    for (const [key, object] of this.#last) {
      if (!objects.has(key) && (meant.has(key) || (illegible && object.origin?.file === file.path))) objects.set(key, object);
    }
  }

  /** A mesh file that can't be used leaves the mesh as it was; at the start, the defaults. */
  #parseMesh(file: FolderFile | undefined, problems: DocumentProblem[]): ConfigObject {
    const [document] = file ? readYaml(file.text) : [];
    const parsed = parseMeshFile(document, file?.path ?? 'mesh.yaml');
    problems.push(...parsed.problems);
    const next = parsed.object ?? this.#mesh ?? parseMeshFile(undefined, 'mesh.yaml').object;
    if (!next) throw new Error('the default mesh configuration is invalid');
    this.#mesh = same(this.#mesh, next);
    return this.#mesh;
  }
}

const nobody = { line: 1, kind: '', namespace: '', name: '', field: '' };

const keyOf = ({ collection, metadata }: ConfigObject): string => `${collection}/${objectKey(metadata.namespace, metadata.name)}`;

function same(old: ConfigObject | undefined, next: ConfigObject): ConfigObject {
  return old?.metadata.resourceVersion === next.metadata.resourceVersion ? old : next;
}

function duplicate({ kind, metadata, origin }: ConfigObject, first: ConfigObject): DocumentProblem {
  const { namespace, name } = metadata;
  const reason = `already defined at ${first.origin?.file}:${first.origin?.line}; this one is left out`;
  return { file: origin?.file ?? '', line: origin?.line ?? 1, kind, namespace, name, field: 'metadata.name', reason, severity: 'error' };
}

function byCollection(objects: readonly ConfigObject[]): ReadonlyMap<string, ConfigObject[]> {
  const collections = new Map<string, ConfigObject[]>();
  for (const object of objects) {
    const list = collections.get(object.collection);
    if (list) list.push(object);
    else collections.set(object.collection, [object]);
  }
  return collections;
}

function byPlace(a: DocumentProblem, b: DocumentProblem): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;
}
