import { stringify } from 'yaml';

/** One object to be written, with what a reader should know of it. */
export interface Document {
  readonly comment: readonly string[];
  /** Absent: a comment alone. */
  readonly object?: Readonly<Record<string, unknown>>;
}

/** A file of documents, each below its comment. */
export function writeDocuments(documents: readonly Document[]): string {
  return documents.map(({ comment, object }) => `${comment.map((line) => `# ${line}`.trimEnd()).join('\n')}\n${object ? stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }) : ''}`).join('---\n');
}
