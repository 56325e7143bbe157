import { isMap, isNode, isSeq, LineCounter, parseAllDocuments, type Document } from 'yaml';

/** A YAML document of a file: its plain value, or why it can't be read. */
export interface YamlDocument {
  /** 1-based line on which it starts. */
  readonly line: number;
  readonly value: unknown;
  readonly error?: { readonly line: number; readonly reason: string };
  /** Line of the value at a field path (`spec.http[0].match`), or of the deepest part of the path that exists. */
  lineOf(path: string): number;
}

/** Splits a file; empty documents are left out. A document that can't be read doesn't keep the others from being read. Never throws. */
export function readYaml(text: string): YamlDocument[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, merge: true, uniqueKeys: true });
  const documents = Array.isArray(parsed) ? parsed : [];
  return documents.filter((document) => document.errors.length > 0 || document.contents !== null).map((document) => readDocument(document, lines));
}

function readDocument(document: Document, lines: LineCounter): YamlDocument {
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const root = document.contents;
  const line = lineAt(isNode(root) && root.range ? root.range[0] : (document.range?.[0] ?? 0));
  const lineOf = (path: string): number => offsetOf(root, path, lineAt) ?? line;
  const [first] = document.errors;
  if (first) return { line, value: undefined, lineOf, error: { line: lineAt(first.pos[0]), reason: firstLine(first.message) } };
  try {
    return { line, value: document.toJS({ maxAliasCount: 1_000 }), lineOf };
  } catch (error) {
    return { line, value: undefined, lineOf, error: { line, reason: firstLine(error instanceof Error ? error.message : String(error)) } };
  }
}

function offsetOf(root: unknown, path: string, lineAt: (offset: number) => number): number | undefined {
  let node = root;
  let line: number | undefined;
  for (const part of segments(path)) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === part) : undefined;
    const child = isMap(node) ? pair?.value : isSeq(node) ? node.items[Number(part)] : undefined;
    const place = pair?.key ?? child;
    if (isNode(place) && place.range) line = lineAt(place.range[0]);
    if (child === undefined || child === null) break;
    node = child;
  }
  return line;
}

/** `a.b[0]["x.y"]` -> a, b, 0, x.y */
function segments(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, word]) => quoted ?? index ?? word ?? '');
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.replace(/:$/, '').replace(/ at line \d+, column \d+$/, '') ?? '';
